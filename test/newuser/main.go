// Command newuser does what the README says, as somebody who has just come to
// this machine: a fresh clone, an empty home folder, no identity for git, no
// build cache, no root, and another user's app on the default ports.
//
//	go run ./test/newuser
//
// It runs "make run", asks the app for its page, runs "make run" again, which
// must lead to the same address, leaves the app running, and runs "make test".
// It fails if any of them does. Run by root, it becomes the user
// nobody; run by anybody else, it stays that user with another home folder.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// limit is for everything; a first build on two cores takes most of it.
const limit = 20 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "newuser:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context) (err error) {
	defer holdPorts(30001, 80, 8080)()
	u, err := newUser(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.leave()) }()
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"clone", u.clone},
		{"make run", u.makeRun},
		{"page", u.askForPage},
		{"make run again", u.makeRun},
		{"make test", func(ctx context.Context) error { return u.command(ctx, os.Stdout, "make", "test") }},
	}
	for _, s := range steps {
		began := time.Now()
		fmt.Printf("=== %s\n", s.name)
		if err := s.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		fmt.Printf("--- %s took %v\n", s.name, time.Since(began).Round(time.Second))
	}
	return nil
}
