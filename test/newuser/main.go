// Command newuser follows the README as a person who has just come to this
// machine: a fresh clone, an empty home folder, no git identity, no build
// cache, no root, and another user's app on the default ports.
//
//	go run ./test/newuser
//
// It runs the README's commands: "make run" twice, which must lead to the same
// address, "make test" while the app runs, and then a deploy of a change. It
// fails if any of them does. Run by root, it becomes the user nobody; run by
// any other user, it stays that user with another home folder.
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

// totalLimit is for everything; a first build on two cores takes most of it.
const totalLimit = 20 * time.Minute

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeout(ctx, totalLimit)
	defer cancel()
	if err := followReadme(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "newuser:", err)
		os.Exit(1)
	}
}

func followReadme(ctx context.Context) (err error) {
	defer holdPorts(30001, 80, 8080)()
	u, err := newUser(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.removeHome()) }()
	steps := []struct {
		name string
		do   func(context.Context) error
	}{
		{"clone", u.cloneRepository},
		{"make run", u.runApp},
		{"page", func(ctx context.Context) error { return u.checkPage(ctx, "Caloguessr") }},
		{"make run again", u.runApp},
		{"make test", func(ctx context.Context) error { return u.runBlock(ctx, os.Stdout, "README", "test") }},
		{"ship a change", u.shipChange},
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
