package cli

import (
	"context"
	"fmt"
	"iter"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/target"
)

// access is what a command is about to do with a target.
type access int

const (
	changing access = iota
	reading         // starts nothing: neither an agent nor, by it, the app
)

// open finds the app that the call is about and the target where it runs.
func (a *app) open(do access) (place, deploy.Target, error) {
	p, err := a.place()
	if err != nil {
		return p, nil, err
	}
	t, err := a.target(p, do)
	return p, t, err
}

// target returns the target where the app runs.
func (a *app) target(p place, do access) (deploy.Target, error) {
	name, err := a.targetName()
	if err != nil {
		return nil, err
	}
	a.warnForeign(p, name)
	if do == changing {
		if err := p.prepare(); err != nil {
			return nil, err
		}
	}
	return target.Open(target.Spec{
		Name: name, App: p.app.Name, State: p.state, Local: p.app.Local, Project: p.root, Preview: a.valueOf(p.app.Local.PreviewSecret),
		Passive:    do == reading,
		Kubernetes: a.kubernetes(p.app.Kubernetes),
	})
}

// valueOf is the value of a variable that the configuration names, if it does.
func (a *app) valueOf(name string) string {
	if name == "" {
		return ""
	}
	return a.getenv(name)
}

// openVersion is open for a call about one version, as a person typed it.
func (a *app) openVersion(ctx context.Context, typed string, do access) (place, deploy.Target, release.Release, error) {
	p, err := a.place()
	if err != nil {
		return p, nil, release.Release{}, err
	}
	rel, err := p.release(typed)
	if err != nil {
		return p, nil, rel, a.restorable(ctx, p, typed, err)
	}
	a.sayMoved(ctx, p, rel)
	t, err := a.target(p, do)
	return p, t, rel, err
}

// openHistory is open for a call that shows the deploys until now.
func (a *app) openHistory(ctx context.Context) (place, deploy.Target, []deploy.Run, error) {
	p, t, err := a.open(reading)
	if err != nil {
		return p, nil, nil, err
	}
	runs, err := a.history(ctx, t)
	return p, t, runs, err
}

// openPast is open for a call that changes something and needs to know the
// newest deploys.
func (a *app) openPast(ctx context.Context) (place, deploy.Target, iter.Seq[deploy.Run], error) {
	p, t, err := a.open(changing)
	if err != nil {
		return p, nil, nil, err
	}
	runs, err := a.past(ctx, t)
	return p, t, runs, err
}

// observe looks at what runs.
func observe(ctx context.Context, t deploy.Target) (deploy.Observed, error) {
	now, err := t.Observe(ctx)
	if err != nil {
		return now, fmt.Errorf("look at the target: %w", err)
	}
	return now, nil
}

// sayDown says that what is recorded does not run, and how to start it.
func (a *app) sayDown(now deploy.Observed) {
	if now.Down {
		a.note("nothing of %s runs: its agent was stopped, or the machine restarted; this starts it again: version-manager start", now.App)
	}
}
