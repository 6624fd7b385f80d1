// Command caloguessr serves the web app that guesses calories.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"version-manager/internal/caloguessr"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(caloguessr.Main(ctx, os.Getenv, os.Stderr))
}
