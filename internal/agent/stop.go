package agent

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"version-manager/internal/agent/supervisor"
	"version-manager/internal/deploy"
)

// handleStop ends everything that runs, and then the agent. What is recorded
// stays: the next agent starts it again, also if the state folder was moved
// meanwhile.
func (g *agent) handleStop(w http.ResponseWriter, r *http.Request) {
	defer g.beginRequest()()
	err := g.stopApps(r.Context())
	sendReply(w, nil, err)
	if err == nil {
		_ = http.NewResponseController(w).Flush() // the caller also waits for the end of the process
		g.stopOnce.Do(func() { close(g.stopped) })
	}
}

// stopApps refuses while somebody changes an app. The next agent answers calls
// that come afterwards.
func (g *agent) stopApps(ctx context.Context) error {
	if err := g.blockCalls(ctx); err != nil {
		return err
	}
	for _, a := range g.listApps() {
		lease := a.currentState().Lease
		if holder := lease.currentHolder(); holder != nil {
			g.replacing.Unlock()
			return &deploy.HeldError{Holder: *holder, Now: time.Now()}
		}
	}
	slog.Info("stopping everything on request")
	var wg sync.WaitGroup
	for _, a := range g.listApps() {
		wg.Go(a.stopApp)
	}
	wg.Wait()
	return nil
}

// stopApp closes the entrances and lets each instance finish its requests.
func (a *app) stopApp() {
	a.turn <- struct{}{}
	a.entrances.closeEntrances(a.currentState().Entrances)
	for _, s := range a.sides {
		a.stopInstances(s, 0, s.want.Release.Config.Drain.Duration)
	}
	supervisor.EndStrays(a.paths.runDir(), a.strays)
}
