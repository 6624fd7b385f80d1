// Command caloguessr serves the web app that guesses calories.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	_ "golang.org/x/crypto/x509roots/fallback" // its image contains no certificates, and Google is asked over TLS

	"version-manager/internal/caloguessr"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	os.Exit(caloguessr.RunServer(ctx, os.Getenv, os.Stderr))
}
