// Package local is this machine as a target.
//
// A [Target] does nothing itself: it calls the agent of a state folder, and
// starts one if none exists. An agent may be killed in the middle of any call.
// All calls are safe to repeat, so the target waits for the next agent and
// repeats the call. Start with [NewTarget].
package local

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"

	"version-manager/internal/agent"
	"version-manager/internal/agent/api"
	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
)

// Options select the app and the agent.
type Options struct {
	App     string
	State   string       // the state folder; one agent serves it
	Local   config.Local // where the app listens, whatever version runs
	Project string       // the folder that Local's file names are relative to
	Preview string       // value of the variable that Local names for the preview
	Agent   []string     // the program and first arguments that start an agent; empty: this program
	Passive bool         // start no agent, and so no instance: where none runs, read the files
}

// Target is one app on this machine.
type Target struct {
	client  *client
	app     string
	state   string
	local   config.Local
	preview string
	project string
}

var (
	_ deploy.Target          = (*Target)(nil)
	_ deploy.ListenerChecker = (*Target)(nil)
)

// NewTarget returns the target. It starts an agent only when one is needed.
func NewTarget(o Options) (*Target, error) {
	if err := api.CheckAppName(o.App); err != nil {
		return nil, err
	}
	state, err := filepath.Abs(o.State)
	if err != nil {
		return nil, err
	}
	project, err := filepath.Abs(o.Project)
	if err != nil {
		return nil, err
	}
	c, err := newClient(state, o.Agent)
	if err != nil {
		return nil, err
	}
	c.passive = o.Passive
	return &Target{client: c, app: o.App, state: state, local: o.Local, preview: o.Preview, project: project}, nil
}

// PingAgent returns the processes that serve the state folder. It starts them if
// none are running.
func (t *Target) PingAgent(ctx context.Context) (p api.PingAnswer, err error) {
	return p, t.client.askQuickly(ctx, http.MethodGet, api.PingPath, nil, &p)
}

// isUnknown reports whether the app never ran on this machine. That needs no
// agent.
func (t *Target) isUnknown() bool {
	_, err := os.Stat(filepath.Join(t.state, "apps", t.app))
	return errors.Is(err, fs.ErrNotExist)
}

func (t *Target) apiPath(rest string) string { return api.AppsPath + t.app + rest }

// ObserveApp implements [deploy.Target].
func (t *Target) ObserveApp(ctx context.Context) (o deploy.Observed, err error) {
	if t.isUnknown() {
		return deploy.Observed{App: t.app, Revision: "0", Colors: map[color.Color]deploy.Side{}}, nil
	}
	err = t.client.askQuickly(ctx, http.MethodGet, t.apiPath(""), nil, &o)
	if errors.Is(err, errNoAgent) {
		return agent.ReadRecorded(t.state, t.app)
	}
	return o, err
}

// JournalReader implements [deploy.Target].
func (t *Target) JournalReader() journal.Reader { return history{t} }

// AcquireLock implements [deploy.Target]. Should this process die, the lock is free
// at once. An agent that runs another build of the program is replaced before
// anything is changed.
func (t *Target) AcquireLock(ctx context.Context, holder string) (deploy.Session, error) {
	var a api.LockAnswer
	req := api.LockRequest{Holder: holder, Nonce: rand.Text()}
	if err := t.client.askQuickly(ctx, http.MethodPost, t.apiPath("/lock"), req, &a); err != nil {
		return nil, err
	}
	s := &session{t, a.Token}
	if err := t.client.matchAgent(ctx); err != nil {
		return nil, errors.Join(err, s.ReleaseLock(context.WithoutCancel(ctx)))
	}
	return s, nil
}
