package supervisor

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"syscall"
	"time"

	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

const (
	// terminateGrace is how long an instance may take to end after a signal.
	terminateGrace = 10 * time.Second
	// leftoverGrace is how long the processes that an instance left behind may
	// take. They still answer few requests: the ingress sends them none.
	leftoverGrace = 2 * time.Second

	drainPollInterval = 10 * time.Millisecond
)

// StopInstance lets the instance finish its requests in flight, for at most
// drain, then ends it and removes its record. WebSockets may never finish: the
// app is told to end while the ingress still carries them, and closes them
// itself.
func (i *Instance) StopInstance(drain time.Duration, inFlight func(addr string) int) {
	i.mu.Lock()
	i.draining = true
	i.mu.Unlock()
	i.config.Changed()
	i.waitIdle(drain, inFlight)
	close(i.stopping)
	i.terminateProcess()
	if err := errors.Join(os.Remove(i.record), i.logs.Close()); err != nil {
		slog.Error("remove the instance's files", "instance", i.config.ID, "error", err)
	}
}

func (i *Instance) waitIdle(limit time.Duration, inFlight func(addr string) int) {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	_ = wait.PollUntil(ctx, drainPollInterval, func(context.Context) (bool, error) {
		return inFlight(i.currentAddress()) == 0, nil
	}) // what is left at the limit is cut
}

// StopAll calls stop for all instances at the same time.
func StopAll(instances []*Instance, stop func(*Instance)) {
	var wg sync.WaitGroup
	for _, i := range instances {
		wg.Go(func() { stop(i) })
	}
	wg.Wait()
}

// terminateProcess returns when the process has ended, and all that it started.
// A signal may fail to be sent, for example while there are too many open files,
// so the last one is repeated.
func (i *Instance) terminateProcess() {
	for sig := i.currentRecord().signalToStop(); ; sig = syscall.SIGKILL {
		g := i.processGroup()
		i.signalGroup(g, sig)
		if i.waitEnded(g, terminateGrace) {
			return
		}
		slog.Warn("the instance did not stop in time", "instance", i.config.ID, "signal", sig.String())
	}
}

func (i *Instance) signalGroup(g process.Group, sig syscall.Signal) {
	if err := g.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
		slog.Error("signal instance", "instance", i.config.ID, "signal", sig.String(), "error", err)
	}
}

// waitEnded waits until the instance cannot be started again and all of it is
// gone.
func (i *Instance) waitEnded(g process.Group, limit time.Duration) bool {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	select {
	case <-i.done:
	case <-ctx.Done():
		return false
	}
	return g.Wait(ctx) == nil
}

// endLeftovers ends the processes that an ended instance left behind, before
// another one takes its place. It reports false if it was told to stop
// meanwhile.
func (i *Instance) endLeftovers() (proceed bool) {
	g := i.processGroup()
	for sig := syscall.SIGTERM; !i.isHandedOver(); sig = syscall.SIGKILL {
		if g.Gone() == nil {
			return true
		}
		slog.Warn("stop leftover processes of the instance", "instance", i.config.ID, "signal", sig.String())
		i.signalGroup(g, sig)
		if !i.waitLeftovers(g) {
			return false
		}
	}
	return false
}

// waitLeftovers waits for a moment. It reports false if it was told to stop.
func (i *Instance) waitLeftovers(g process.Group) bool {
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
