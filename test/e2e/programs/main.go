// Command programs builds what `make e2e` boots, Kubernetes above all, without
// booting it. It takes most of a quarter of an hour of two cores the first time
// and needs no root, so that it can run while other suites wait.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"version-manager/internal/infra/onemachine/programs"
	"version-manager/internal/progress"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	set, err := programs.BuildAll(ctx, newReporter())
	if err != nil {
		fmt.Fprintln(os.Stderr, "programs:", err)
		os.Exit(1)
	}
	fmt.Println("the cluster's programs are in", set.Dir)
}

// newReporter prints a line when a program begins, not every second.
func newReporter() *progress.Reporter {
	last := ""
	return progress.NewReporter(func(e progress.Event) {
		program, _, _ := strings.Cut(e.Detail, ", at most ") // of "building coredns, 2 of 9, at most 3m0s left"
		if program != last {
			last = program
			fmt.Println(program)
		}
	}, time.Now)
}
