// Command programs builds what `make e2e` boots, Kubernetes above all, without
// booting it. It takes most of a quarter of an hour of two cores the first time
// and needs no root, so that it can run while other suites wait.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"version-manager/internal/infra/onemachine/programs"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	set, err := programs.BuildAll(ctx, printSteps())
	if err != nil {
		fmt.Fprintln(os.Stderr, "programs:", err)
		os.Exit(1)
	}
	fmt.Println("the cluster's programs are in", set.Dir)
}

// printSteps prints a line when a step begins, not every second.
func printSteps() func(programs.Progress) {
	last := ""
	return func(p programs.Progress) {
		if p.Program != last {
			last = p.Program
			fmt.Printf("%d of %d: %s\n", p.N, p.Of, p.Program)
		}
	}
}
