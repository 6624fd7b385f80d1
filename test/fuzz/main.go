// Command fuzz runs every fuzz target of the module, one after the other, each
// for the same time, and prints a table. It finds them by itself, so a new one
// is never forgotten. One finding makes it exit with 1; go test has then
// written the input below testdata/fuzz, where it stays as a test.
//
//	go run ./test/fuzz                  ten seconds each
//	go run ./test/fuzz -time 60s
//	go run ./test/fuzz -list            list the targets
//	go run ./test/fuzz Photo httpkit    targets whose package or name contains one of these
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

func main() {
	each := flag.Duration("time", 10*time.Second, "how long each target runs")
	list := flag.Bool("list", false, "list the targets")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := runTargets(ctx, *each, *list, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "fuzz:", err)
		stop()
		os.Exit(1)
	}
}

func runTargets(ctx context.Context, each time.Duration, list bool, words []string) error {
	if each <= 0 {
		return fmt.Errorf("-time %s is not a time to run", each)
	}
	all, err := discoverTargets(".")
	if err != nil {
		return err
	}
	chosen := chooseTargets(all, words)
	if len(chosen) == 0 {
		return errors.New("no such target")
	}
	if list {
		for _, t := range chosen {
			fmt.Println(t.pkg, t.name)
		}
		return nil
	}
	return runAll(ctx, os.Stdout, chosen, each)
}

// chooseTargets returns the targets that match one of the words; all for no word.
func chooseTargets(all []target, words []string) []target {
	if len(words) == 0 {
		return all
	}
	var chosen []target
	for _, t := range all {
		for _, w := range words {
			if strings.Contains(t.pkg+" "+t.name, w) {
				chosen = append(chosen, t)
				break
			}
		}
	}
	return chosen
}
