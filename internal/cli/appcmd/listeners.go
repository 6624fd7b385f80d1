package appcmd

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// preflight fails if a deploy could not listen. The entrances of a cluster are
// not opened by a deploy.
func preflight(ctx context.Context, t deploy.Target) ([]deploy.Listener, error) {
	p, ok := t.(deploy.ListenerChecker)
	if !ok {
		return nil, nil
	}
	return p.CheckListeners(ctx)
}

// checkPorts checks the ports before a release is deployed and returns notes
// about them. A release that has the traffic already needs none. A cluster is
// not contacted, because the user may not have confirmed it yet.
func (r runner) checkPorts(ctx context.Context, rel release.Release) (notes []string, err error) {
	if _, ok := r.app.Target.(deploy.ListenerChecker); !ok {
		return nil, nil
	}
	now, err := r.app.Observe(ctx)
	if err != nil || deploy.IsAlreadyActive(now, rel) {
		return nil, err
	}
	list, err := preflight(ctx, r.app.Target)
	return append(replacedPorts(list), deploy.Entrances{Listeners: list}.Warnings(r.inv.Now())...), err
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

// addEntrances adds where the app listens and which entrances are not open.
func addEntrances(facts *ui.Table, e deploy.Entrances) {
	if len(e.Listeners) == 0 {
		for _, url := range e.Public {
			facts.AddRow("open", url)
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
			facts.AddRow("open", text)
		} else {
			facts.AddRow("not open", fmt.Sprintf("%s    (%s; trying again)", text, l.Reason))
		}
	}
}
