package cli

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// listening is a target that knows before a deploy where it will listen.
type listening interface {
	Preflight(ctx context.Context) ([]deploy.Listener, error)
}

// preflight fails where a deploy could not listen. A cluster's entrances are
// not the deploy's to open.
func preflight(ctx context.Context, t deploy.Target) ([]deploy.Listener, error) {
	l, ok := t.(listening)
	if !ok {
		return nil, nil
	}
	return l.Preflight(ctx)
}

// portsFor checks the ports before a release is deployed, and returns what is to
// be said of them. One that has the traffic already needs none. A cluster is
// not looked at: nobody may have agreed yet that it is the one that is meant.
func (a *app) portsFor(ctx context.Context, t deploy.Target, r release.Release) (notes []string, err error) {
	if _, ok := t.(listening); !ok {
		return nil, nil
	}
	now, err := observe(ctx, t)
	if err != nil || deploy.AlreadyActive(now, r) {
		return nil, err
	}
	list, err := preflight(ctx, t)
	return append(replacedPorts(list), deploy.Entrances{Listeners: list}.Warnings(a.now())...), err
}

// replacedPorts tells which default ports are replaced from now on. What was
// replaced before is in the status.
func replacedPorts(list []deploy.Listener) (notes []string) {
	for _, l := range list {
		if l.InsteadOf != 0 && !l.Open {
			notes = append(notes, fmt.Sprintf("port %d is not available on this machine, so %s uses %d from now on", l.InsteadOf, l.Setting, l.Port))
		}
	}
	return notes
}

// listenerFacts adds where the app listens and what is not open.
func listenerFacts(facts *ui.Table, e deploy.Entrances) {
	if len(e.Listeners) == 0 {
		for _, url := range e.Public {
			facts.Add("open", url)
		}
	}
	for _, l := range e.Listeners {
		text := l.URL
		if l.InsteadOf != 0 {
			text += fmt.Sprintf("    (instead of port %d, which was not available)", l.InsteadOf)
		}
		if c := l.Certificate; c != nil {
			text += "    (certificate until " + c.NotAfter.Format(time.DateOnly) + ")"
		}
		if l.Open {
			facts.Add("open", text)
		} else {
			facts.Add("not open", fmt.Sprintf("%s    (%s; trying again)", text, l.Reason))
		}
	}
}
