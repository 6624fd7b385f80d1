package sheet

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

// Main runs a bench until it ends or Ctrl-C does, and ends the program: with
// exit code 1 if it could not be run or a bar was missed.
func Main(name string, run func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", name, err)
		os.Exit(1)
	}
}
