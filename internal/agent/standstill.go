package agent

import (
	"context"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/wait"
)

// stop ends everything that runs, and then the agent. What is recorded stays:
// the next agent starts it again, also if the state folder was moved meanwhile.
func (g *agent) stop(w http.ResponseWriter, r *http.Request) {
	defer g.begin()()
	err := g.standstill(r.Context())
	reply(w, nil, err)
	if err == nil {
		_ = http.NewResponseController(w).Flush() // who asked sees the end of the process too
		g.stopOnce.Do(func() { close(g.stopped) })
	}
}

// standstill refuses while somebody changes an app. Calls that come afterwards
// are for the next agent.
func (g *agent) standstill(ctx context.Context) error {
	for !g.moving.TryLock() {
		if err := wait.For(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	for _, a := range g.all() {
		lease := a.now().Lease
		if holder := lease.holder(); holder != nil {
			g.moving.Unlock()
			return &deploy.HeldError{Holder: *holder, Now: time.Now()}
		}
	}
	slog.Info("stopping everything on request")
	var wg sync.WaitGroup
	for _, a := range g.all() {
		wg.Go(a.standstill)
	}
	wg.Wait()
	return nil
}

// standstill closes the entrances and lets each instance finish what it has
// begun.
func (a *app) standstill() {
	a.turn <- struct{}{}
	a.closeEntrances(a.now().Entrances)
	for _, s := range a.sides {
		a.shrink(s, 0, s.want.Release.Config.Drain.Duration)
	}
	endStrays(a.paths, a.strays)
}
