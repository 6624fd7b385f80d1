package agent

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"syscall"
	"time"

	"version-manager/internal/kit/process"
)

// terminateGrace is how long an instance may take to end after SIGTERM.
const terminateGrace = 10 * time.Second

// leftoverGrace is how long what a process left behind may take. Requests that it
// still answers are few: the ingress sends it none any more.
const leftoverGrace = 2 * time.Second

// stopInstance lets the instance finish the requests in flight on it, for at most
// drain, then ends it and forgets it. WebSockets may never finish: the app is
// told to end while the ingress still carries them, and says goodbye itself.
func (i *instance) stopInstance(drain time.Duration, inFlight func(addr string) int) {
	i.mu.Lock()
	i.draining = true
	i.mu.Unlock()
	i.changed()
	waitFor(drain, func() bool { return inFlight(i.currentAddress()) == 0 })
	close(i.stopping)
	i.terminateProcess()
	if err := errors.Join(os.Remove(i.file), i.logs.Close()); err != nil {
		slog.Error("forget instance", "instance", i.id, "error", err)
	}
}

// terminateProcess returns when the process has ended, and all that it started. A
// signal may not be sent, while there are too many open files for example, so
// the last one is repeated.
func (i *instance) terminateProcess() {
	for sig := i.currentRecord().signalToStop(); ; sig = syscall.SIGKILL {
		g := i.processGroup()
		if err := g.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
			slog.Error("signal instance", "instance", i.id, "signal", sig.String(), "error", err)
		}
		if i.waitEnded(g, terminateGrace) {
			return
		}
		slog.Warn("instance did not end in time", "instance", i.id, "signal", sig.String())
	}
}

// waitEnded waits until nobody starts the instance again and all of it is gone.
func (i *instance) waitEnded(g process.Group, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case <-i.done:
	case <-ctx.Done():
		return false
	}
	return g.Wait(ctx) == nil
}

// currentRecord is what runs, or ran last.
func (i *instance) currentRecord() processRecord {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.run
}

// processGroup is the process with all that it has started.
func (i *instance) processGroup() process.Group {
	i.mu.Lock()
	defer i.mu.Unlock()
	g := i.run.processGroup()
	g.Seen = i.seen
	return g
}

// endLeftovers ends what a process that has ended left behind, before another one
// takes its place. It returns false if it was told to stop meanwhile.
func (i *instance) endLeftovers() (goOn bool) {
	g := i.processGroup()
	for sig := syscall.SIGTERM; !i.isHandedOver(); sig = syscall.SIGKILL {
		if g.Gone() == nil {
			return true
		}
		slog.Warn("end what the instance left behind", "instance", i.id, "signal", sig.String())
		if err := g.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
			slog.Error("signal instance", "instance", i.id, "signal", sig.String(), "error", err)
		}
		if !i.waitLeftovers(g) {
			return false
		}
	}
	return false
}

// waitLeftovers waits for a moment, and returns false if it was told to stop.
func (i *instance) waitLeftovers(g process.Group) bool {
	ctx, cancel := context.WithTimeout(context.Background(), leftoverGrace)
	defer cancel()
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		_ = g.Wait(ctx)
	}()
	select {
	case <-i.stopping:
		return false
	case <-gone:
		return true
	}
}

// waitFor polls ok for at most limit.
func waitFor(limit time.Duration, ok func() bool) bool {
	deadline := time.Now().Add(limit)
	for !ok() {
		if time.Now().After(deadline) {
			return false
		}
		time.Sleep(10 * time.Millisecond)
	}
	return true
}
