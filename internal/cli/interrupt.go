package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// samePressWindow is the time within which signals count as one: a wrapper such as
// timeout(1) or a build tool passes on what the terminal has sent already.
const samePressWindow = 50 * time.Millisecond

// withInterrupts returns a context that the first Ctrl-C cancels, so that the
// command can stop cleanly, and a channel that the second one closes.
func withInterrupts(parent context.Context) (ctx context.Context, second <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	twice := make(chan struct{})
	go func() {
		<-signals
		cancel()
		for first := time.Now(); time.Since(first) < samePressWindow; {
			<-signals
		}
		close(twice)
	}()
	return ctx, twice, func() { signal.Stop(signals); cancel() }
}
