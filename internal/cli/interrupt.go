package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns a context that the first Ctrl-C cancels, so that the
// command can stop cleanly, and a channel that the second one closes.
func interruptible(parent context.Context) (ctx context.Context, second <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	twice := make(chan struct{})
	go func() {
		defer close(twice)
		for range 2 {
			select {
			case <-signals:
				cancel()
			case <-parent.Done():
				return
			}
		}
	}()
	return ctx, twice, func() { signal.Stop(signals); cancel() }
}

// survivingPipes keeps the process alive when nobody reads its output any
// more: a deploy must not die because its progress went to head(1).
func survivingPipes() (restore func()) {
	broken := make(chan os.Signal, 1)
	signal.Notify(broken, syscall.SIGPIPE)
	return func() { signal.Stop(broken) }
}
