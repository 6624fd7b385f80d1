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

// termGrace is how long an instance may take to end after SIGTERM.
const termGrace = 10 * time.Second

// restGrace is how long what a process left behind may take. Requests that it
// still answers are few: the ingress sends it none any more.
const restGrace = 2 * time.Second

// stop lets the instance finish the requests in flight on it, for at most
// drain, then ends it and forgets it. WebSockets may never finish: the app is
// told to end while the ingress still carries them, and says goodbye itself.
func (i *instance) stop(drain time.Duration, inFlight func(addr string) int) {
	i.mu.Lock()
	i.leaves = true
	i.mu.Unlock()
	i.changed()
	waitFor(drain, func() bool { return inFlight(i.address()) == 0 })
	close(i.stopping)
	i.terminate()
	if err := errors.Join(os.Remove(i.file), i.out.Close()); err != nil {
		slog.Error("forget instance", "instance", i.id, "error", err)
	}
}

// terminate returns when the process has ended, and all that it started. A
// signal may not be sent, while there are too many open files for example, so
// the last one is repeated.
func (i *instance) terminate() {
	for sig := i.now().stopSignal(); ; sig = syscall.SIGKILL {
		g := i.group()
		if err := g.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
			slog.Error("signal instance", "instance", i.id, "signal", sig.String(), "error", err)
		}
		if i.ended(g, termGrace) {
			return
		}
		slog.Warn("instance did not end in time", "instance", i.id, "signal", sig.String())
	}
}

// ended waits until nobody starts the instance again and all of it is gone.
func (i *instance) ended(g process.Group, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case <-i.done:
	case <-ctx.Done():
		return false
	}
	return g.Wait(ctx) == nil
}

// now is what runs, or ran last.
func (i *instance) now() record {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.run
}

// group is the process with all that it has started.
func (i *instance) group() process.Group {
	i.mu.Lock()
	defer i.mu.Unlock()
	g := i.run.group()
	g.Seen = i.seen
	return g
}

// endRest ends what a process that has ended left behind, before another one
// takes its place. It returns false if it was told to stop meanwhile.
func (i *instance) endRest() (goOn bool) {
	g := i.group()
	for sig := syscall.SIGTERM; !i.isLetGo(); sig = syscall.SIGKILL {
		if g.Gone() == nil {
			return true
		}
		slog.Warn("end what the instance left behind", "instance", i.id, "signal", sig.String())
		if err := g.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
			slog.Error("signal instance", "instance", i.id, "signal", sig.String(), "error", err)
		}
		if !i.waitRest(g) {
			return false
		}
	}
	return false
}

// waitRest waits for a moment, and returns false if it was told to stop.
func (i *instance) waitRest(g process.Group) bool {
	ctx, cancel := context.WithTimeout(context.Background(), restGrace)
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
