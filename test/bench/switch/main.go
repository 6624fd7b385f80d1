// Command switch deploys two versions in turn, a hundred times, under a load
// of 500 requests a second that also has requests of ten seconds, uploads and
// WebSockets, and counts what any of them noticed. Then it measures how fast
// a warm rollback is. It fails when a bar is missed.
//
// DEPLOYS and ROLLBACKS in the environment change how often.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "bench-switch:", err)
		os.Exit(1)
	}
}
