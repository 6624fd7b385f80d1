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
	replaceConnectionGrace = 2 * time.Second // for clients that are connected and ask nothing, when another program takes over
	replaceCallGrace       = time.Second     // for answers to commands, which are repeated where they are lost
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

// handleReplace gives the place to another program, so that a newer command line is
// served by an agent of its own make.
func (g *agent) handleReplace(w http.ResponseWriter, r *http.Request) {
	defer g.beginRequest()()
	r.Body = http.MaxBytesReader(w, r.Body, maxRequestBytes)
	var req api.ReplaceRequest
	err := readBody(r, &req)
	if err == nil && (len(req.Argv) == 0 || !filepath.IsAbs(req.Argv[0])) {
		err = problem.New(problem.Usage, "", "a program to be replaced by has an absolute path")
	}
	moved := false
	if err == nil {
		moved, err = g.handOver(r.Context(), req)
	}
	var left api.ReplaceAnswer
	if moved {
		left = g.remainingWork()
	}
	sendReply(w, left, err)
	if moved {
		close(g.replaced)
	}
}

// remainingWork is what this agent still has to answer.
func (g *agent) remainingWork() (l api.ReplaceAnswer) {
	if self, err := process.Of(os.Getpid()); err == nil {
		l.Agent, l.Started = self.PID, self.Start
	}
	for _, a := range g.listApps() {
		for _, c := range color.Both() {
			l.InFlight += a.proxy.InFlight(c)
		}
	}
	return l
}

// handOver waits for the calls that are being answered; those that come from
// then on are for the next agent.
func (g *agent) handOver(ctx context.Context, req api.ReplaceRequest) (moved bool, err error) {
	if build, err := g.build(); err != nil || build == req.Build {
		return false, err
	}
	for !g.replacing.TryLock() { // waiting in Lock would keep new calls waiting
		if err := wait.SleepContext(ctx, 10*time.Millisecond); err != nil {
			return false, err
		}
	}
	slog.Info("giving the place to another program", "program", req.Argv[0])
	if err := g.link.HandOver(req.Argv, g.releaseInstances); err != nil {
		g.replacing.Unlock()
		return false, err
	}
	return true, nil // and nothing is changed here any more
}

// releaseInstances leaves all instances as they are to the next agent.
func (g *agent) releaseInstances() {
	for _, a := range g.listApps() {
		for _, s := range a.sides {
			for _, i := range s.instances {
				i.handOver()
			}
		}
	}
}

// finishRequests accepts nothing new and lets what was begun here end: also a request
// that is still on its way over a connection that was accepted here. Requests
// have as long as at the end of their color.
func (g *agent) finishRequests(srv *http.Server) {
	var wg sync.WaitGroup
	late, cancel := context.WithTimeout(context.Background(), replaceConnectionGrace)
	defer cancel()
	for _, a := range g.listApps() {
		for _, s := range a.listeners.listServers() {
			s.stopAccepting()
			wg.Go(func() { s.waitEmpty(late) })
		}
		for _, c := range color.Both() {
			wg.Go(func() {
				if cut := a.proxy.CloseColor(c, a.drainTimeout(c)); cut > 0 {
					slog.Warn("cut what did not end in time when another program took over", "app", a.name, "color", c, "requests", cut)
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
