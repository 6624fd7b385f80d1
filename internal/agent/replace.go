package agent

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

const (
	// replaceConnectionGrace is how long clients stay connected that send no
	// request, when another program takes over.
	replaceConnectionGrace = 2 * time.Second
	// replaceCallGrace is for answers to commands, which repeat a lost call.
	replaceCallGrace = time.Second
	// turnPollInterval is how often a call tries to become the only one.
	turnPollInterval = 10 * time.Millisecond
)

// errReplaced: another program serves the state folder now.
var errReplaced = errors.New("another program has taken over")

func buildOfSelf() (string, error) {
	self, err := process.Self()
	if err != nil {
		return "", err
	}
	return api.BuildOf(self)
}

// handleReplace lets another program take over, so that a newer command line is
// served by an agent of its own build.
func (g *agent) handleReplace(w http.ResponseWriter, r *http.Request) {
	defer g.beginRequest()()
	r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
	var req api.ReplaceRequest
	err := readBody(r, &req)
	if err == nil && (len(req.Argv) == 0 || !filepath.IsAbs(req.Argv[0])) {
		err = problem.New(problem.Usage, "", "the program that takes over needs an absolute path")
	}
	replaced := false
	if err == nil {
		replaced, err = g.handOver(r.Context(), req)
	}
	var left api.ReplaceAnswer
	if replaced {
		left = g.remainingWork()
	}
	sendReply(w, left, err)
	if replaced {
		close(g.replaced)
	}
}

// remainingWork is what this agent still has to answer.
func (g *agent) remainingWork() (left api.ReplaceAnswer) {
	if self, err := process.Of(os.Getpid()); err == nil {
		left.Agent, left.Started = self.PID, self.Start
	}
	for _, a := range g.listApps() {
		for _, c := range color.Both() {
			left.InFlight += a.proxy.InFlight(c)
		}
	}
	return left
}

// handOver waits for the calls that are being answered. The next agent answers
// those that come from then on.
func (g *agent) handOver(ctx context.Context, req api.ReplaceRequest) (replaced bool, err error) {
	if build, err := g.build(); err != nil || build == req.Build {
		return false, err
	}
	if err := g.blockCalls(ctx); err != nil {
		return false, err
	}
	slog.Info("another program takes over", "program", req.Argv[0])
	if err := g.link.HandOver(req.Argv, g.releaseInstances); err != nil {
		g.replacing.Unlock()
		return false, err
	}
	return true, nil // and nothing is changed here anymore
}

// blockCalls waits until no call is being answered, and locks replacing. Waiting
// in Lock would keep new calls waiting.
func (g *agent) blockCalls(ctx context.Context) error {
	return wait.PollUntil(ctx, turnPollInterval, func(context.Context) (bool, error) { return g.replacing.TryLock(), nil })
}

// releaseInstances leaves all instances as they are to the next agent.
func (g *agent) releaseInstances() {
	for _, a := range g.listApps() {
		for _, s := range a.sides {
			for _, i := range s.instances {
				i.HandOver()
			}
		}
	}
}

// finishRequests accepts nothing new and lets what was begun here end: also a
// request that is still on its way over an accepted connection. Requests have
// as long as at the end of their color.
func (g *agent) finishRequests(srv *http.Server) {
	var wg sync.WaitGroup
	late, cancel := context.WithTimeout(context.Background(), replaceConnectionGrace)
	defer cancel()
	for _, a := range g.listApps() {
		for _, s := range a.entrances.set.ListServers() {
			s.StopAccepting()
			wg.Go(func() { s.WaitEmpty(late) })
		}
		for _, c := range color.Both() {
			wg.Go(func() {
				if cut := a.proxy.CloseColor(c, a.drainTimeout(c)); cut > 0 {
					slog.Warn("closed requests that did not finish before the handover to another program", "app", a.name, "color", c, "requests", cut)
				}
			})
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), replaceCallGrace)
	defer cancel()
	if srv.Shutdown(ctx) != nil {
		srv.Close()
	}
	wg.Wait()
}

// drainTimeout is how long the requests of a color may take to end.
func (a *app) drainTimeout(c color.Color) time.Duration {
	w := a.currentState().Colors[c]
	if w == nil {
		return replaceConnectionGrace
	}
	return max(replaceConnectionGrace, min(w.Release.Config.Drain.Duration, api.MaxFinishTime))
}
