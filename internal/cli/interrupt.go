package cli

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// onePress is the time within which signals count as one: a wrapper such as
// timeout(1) or a build tool passes on what the terminal has sent already.
const onePress = 50 * time.Millisecond

// interruptible returns a context that the first Ctrl-C cancels, so that the
// command can stop cleanly, and a channel that the second one closes.
func interruptible(parent context.Context) (ctx context.Context, second <-chan struct{}, stop func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	twice := make(chan struct{})
	go func() {
		<-signals
		cancel()
		for first := time.Now(); time.Since(first) < onePress; {
			<-signals
		}
		close(twice)
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
