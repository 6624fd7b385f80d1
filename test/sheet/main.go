package sheet

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"version-manager/test/busy"
)

// RunMain runs a bench until it ends or a signal ends it, and ends the program. The
// exit code is 1 if the bench could not run or missed a bar, and
// [busy.ExitCode] if that happened on a machine that was too busy.
func RunMain(name string, bench func(context.Context) error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	meter := busy.StartMeter()
	err := bench(ctx)
	reading := meter.Stop()
	if ctx.Err() != nil {
		fmt.Fprintf(os.Stderr, "%s: interrupted\n", name)
		os.Exit(1)
	}
	if code := busy.ReportExit(os.Stderr, name, err, reading); code != 0 {
		os.Exit(code)
	}
}
