package agent

import (
	"errors"
	"log/slog"
	"os"
	"syscall"
	"time"

	"version-manager/internal/agent/process"
)

// termGrace is how long an instance may take to end after SIGTERM.
const termGrace = 10 * time.Second

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

// terminate returns when the process has ended. A signal may not be sent, while
// there are too many open files for example, so the last one is repeated.
func (i *instance) terminate() {
	for sig := syscall.SIGTERM; ; sig = syscall.SIGKILL {
		i.mu.Lock()
		proc := i.run.Proc
		i.mu.Unlock()
		if err := proc.Signal(sig); err != nil && !errors.Is(err, process.ErrGone) {
			slog.Error("signal instance", "instance", i.id, "signal", sig.String(), "error", err)
		}
		select {
		case <-i.done:
			return
		case <-time.After(termGrace):
			slog.Warn("instance did not end in time", "instance", i.id, "signal", sig.String())
		}
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
