// Mutants changes one comparison, condition, logical operator, or sum at a
// time in the code that decides whether a request is lost, and runs the tests.
// A change that no test notices is a mutant that survived.
//
//	go run ./test/mutants [-scope NAME]
//
// It exits with 1 when fewer than 90 % of all mutants were killed, when a
// survivor is not listed in survivors.txt with a reason, and when something
// listed there did not survive.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"syscall"
)

func main() {
	only := flag.String("scope", "", "run one scope only, by its `name`")
	workers := flag.Int("workers", runtime.NumCPU(), "how many mutants to try at the same time")
	verbose := flag.Bool("v", false, "print every mutant and what became of it")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := runScopes(ctx, *only, *workers, *verbose); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func runScopes(ctx context.Context, only string, workers int, verbose bool) error {
	work, err := os.MkdirTemp("", "mutants")
	if err != nil {
		return err
	}
	defer os.RemoveAll(work)
	root, err := os.Getwd()
	if err != nil {
		return err
	}
	chosen, err := chooseScopes(only)
	if err != nil {
		return err
	}
	known, err := readSurvivors(root)
	if err != nil {
		return err
	}
	var rows []result
	for _, s := range chosen {
		r, err := runScope(ctx, root, work, s, workers)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if verbose {
			r.printAll(os.Stdout)
		}
		rows = append(rows, r)
	}
	printTable(os.Stdout, rows)
	return judgeResults(os.Stdout, rows, known)
}

func chooseScopes(only string) ([]scope, error) {
	if only == "" {
		return listScopes(), nil
	}
	for _, s := range listScopes() {
		if s.name == only {
			return []scope{s}, nil
		}
	}
	return nil, fmt.Errorf("there is no scope %q", only)
}
