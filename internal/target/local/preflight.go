package local

import (
	"context"
	"net"
	"slices"
	"strconv"
	"syscall"

	"version-manager/internal/agent/listening"
	"version-manager/internal/deploy"
)

// Preflight finds out, before anything is built or started, where a deploy
// would listen. It fails where a port that somebody wrote is taken. It opens
// nothing for good and starts no agent for an app that never ran here.
func (t *Target) Preflight(ctx context.Context) (list []deploy.Listener, err error) {
	now, err := t.Observe(ctx)
	if err != nil {
		return nil, err
	}
	ours := map[string]bool{}
	for _, l := range now.Entrances.Listeners {
		ours[strconv.Itoa(l.Port)] = l.Open
	}
	for _, wish := range listening.Wishes(t.local) {
		port, err := wish.Choose(t.app, standIn(now.Entrances.Listeners, wish), func(address string) error {
			_, port, _ := net.SplitHostPort(address) // Wish has joined them
			if slices.ContainsFunc(list, func(l deploy.Listener) bool { return strconv.Itoa(l.Port) == port }) {
				return syscall.EADDRINUSE // by the entrance before
			}
			if ours[port] {
				return nil
			}
			return listening.Try(address)
		})
		if err != nil {
			return nil, err
		}
		encrypted := wish.Setting == listening.IngressSetting && t.local.Cert != ""
		list = append(list, deploy.Listener{
			URL: listening.URL(wish.Address(port), "", encrypted), Setting: wish.Setting, Port: port,
			InsteadOf: wish.InsteadOf(port), Open: ours[strconv.Itoa(port)],
		})
	}
	return list, nil
}

// standIn is the port that is used in place of a default one already.
func standIn(list []deploy.Listener, wish listening.Wish) int {
	for _, l := range list {
		if l.Setting == wish.Setting && l.InsteadOf != 0 {
			return l.Port
		}
	}
	return 0
}
