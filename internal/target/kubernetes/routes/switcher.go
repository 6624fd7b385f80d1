// Package routes writes the two HTTPRoutes of an app: the public one, which
// decides which color gets the traffic, and that of the preview, which leads
// to the standby color.
//
// It knows the Gateway's proxies and waits until they follow. It does not know
// how a color is started or stopped.
package routes

import (
	"context"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/entrances"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
)

// Switcher changes the routes under the lock.
type Switcher struct {
	app *objects.App
	out *fenced.Writer
	env Environment

	mu       sync.Mutex
	followed color.Color                  // to which everything was brought that goes with the traffic
	switched time.Time                    // when the route was last written; zero: not by this process
	before   map[color.Color]*kube.Object // the route as it was when it was switched away from a color
}

// Environment is what a Switcher needs besides the routes.
type Environment struct {
	Confirmer *gateway.Confirmer
	Entrances *entrances.Finder
	Neighbors *Neighbors
	// FollowTraffic brings to a color what goes with the traffic, besides the
	// preview.
	FollowTraffic func(ctx context.Context, c color.Color) error
	// OwnDeploy reports whether this session began the deploy that it works for.
	// If not, it may be undoing the deploy of another session.
	OwnDeploy func() bool
}

// NewSwitcher returns a switcher that writes with out.
func NewSwitcher(out *fenced.Writer, env Environment) *Switcher {
	return &Switcher{app: out.App(), out: out, env: env, before: map[color.Color]*kube.Object{}}
}

// followRoute brings to color c what goes with the traffic. A process may have
// died between the route and that, so Confirm does it too, once a session.
func (s *Switcher) followRoute(ctx context.Context, c color.Color) error {
	s.mu.Lock()
	done := s.followed == c
	s.mu.Unlock()
	if done {
		return nil
	}
	if err := s.env.FollowTraffic(ctx, c); err != nil {
		return err
	}
	if err := s.previewStandby(ctx, c.Other()); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followed = c
	return nil
}

// PassOverAfter is for how long a proxy may be silent, or not follow, before a
// switch to c goes on without it; zero: forever. A rollback must not wait for
// it, and a session that ends another one's deploy may be rolling back.
func (s *Switcher) PassOverAfter(c color.Color) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.before[c]; known || !s.env.OwnDeploy() {
		return passOverOnRollback
	}
	return 0
}
