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
	lastConnections = 2 * time.Second // for clients that are connected and ask nothing, when another program takes over
	lastCalls       = time.Second     // for answers to commands, which are repeated where they are lost
)

// errMoved: another program serves the state folder now.
var errMoved = errors.New("another program has taken over")

func buildOfSelf() (string, error) {
	self, err := process.Self()
	if err != nil {
		return "", err
	}
	return api.BuildOf(self)
}

// replace gives the place to another program, so that a newer command line is
// served by an agent of its own make.
func (g *agent) replace(w http.ResponseWriter, r *http.Request) {
	defer g.begin()()
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	var req api.ReplaceRequest
	err := readBody(r, &req)
	if err == nil && (len(req.Argv) == 0 || !filepath.IsAbs(req.Argv[0])) {
		err = problem.New(problem.Usage, "", "a program to be replaced by has an absolute path")
	}
	moved := false
	if err == nil {
		moved, err = g.handOver(r.Context(), req)
	}
	var left api.Replaced
	if moved {
		left = g.left()
	}
	reply(w, left, err)
	if moved {
		close(g.moved)
	}
}

// left is what this agent still has to answer.
func (g *agent) left() (l api.Replaced) {
	if self, err := process.Of(os.Getpid()); err == nil {
		l.Agent, l.Started = self.PID, self.Start
	}
	for _, a := range g.all() {
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
	for !g.moving.TryLock() { // waiting in Lock would keep new calls waiting
		if err := wait.For(ctx, 10*time.Millisecond); err != nil {
			return false, err
		}
	}
	slog.Info("giving the place to another program", "program", req.Argv[0])
	if err := g.link.HandOver(req.Argv, g.letGo); err != nil {
		g.moving.Unlock()
		return false, err
	}
	return true, nil // and nothing is changed here any more
}

// letGo leaves all instances as they are to the next agent.
func (g *agent) letGo() {
	for _, a := range g.all() {
		for _, s := range a.sides {
			for _, i := range s.instances {
				i.letGo()
			}
		}
	}
}

// leave accepts nothing new and lets what was begun here end: also a request
// that is still on its way over a connection that was accepted here. Requests
// have as long as at the end of their color.
func (g *agent) leave(srv *http.Server) {
	var wg sync.WaitGroup
	late, cancel := context.WithTimeout(context.Background(), lastConnections)
	defer cancel()
	for _, a := range g.all() {
		for _, s := range a.front.all() {
			s.end()
			wg.Go(func() { s.empty(late) })
		}
		for _, c := range color.Both() {
			wg.Go(func() {
				if cut := a.proxy.Close(c, a.lastRequests(c)); cut > 0 {
					slog.Warn("cut what did not end in time when another program took over", "app", a.name, "color", c, "requests", cut)
				}
			})
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), lastCalls)
	defer cancel()
	if srv.Shutdown(ctx) != nil {
		srv.Close()
	}
	wg.Wait()
}

// lastRequests is how long the requests of a color may take to end.
func (a *app) lastRequests(c color.Color) time.Duration {
	w := a.now().Colors[c]
	if w == nil {
		return lastConnections
	}
	return max(lastConnections, min(w.Release.Config.Drain.Duration, api.LastRequests))
}
