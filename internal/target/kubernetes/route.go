package kubernetes

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// annotationSwitch on a route says which session switched it last, and from
// which revision: somebody who lost the answer asks again.
const annotationSwitch = "version-manager.io/switch"

const (
	knownWithin = 10 * time.Second // for every proxy to have heard of a color's instances
	deafOnWay   = 2 * time.Second  // after which the way back does without a proxy that does not answer, or not as it should
)

// noRevision is that of a route which is not there.
const noRevision = "0"

// revision of a route changes with what it says, not with its status.
func revision(route *kube.Object) string { return strconv.FormatInt(route.GetGeneration(), 10) }

// Switch implements [deploy.Session]. The route is one object and changed in
// one write; its proxies are known to have instances of the color to send
// requests to. What follows the route can be repeated.
func (s *session) Switch(ctx context.Context, c color.Color, ifRevision string) error {
	err := s.guarded(ctx, "switch to "+string(c), func(ctx context.Context) error {
		o, err := s.readLive(ctx, "HTTPRoute", s.app.Name)
		if err != nil {
			return fmt.Errorf("look at the route: %w", err)
		}
		if err := s.verify(ctx); err != nil {
			return err
		}
		if o == nil {
			return s.makeAgain(ctx, c, ifRevision)
		}
		if err := s.app.CheckOwner(o); err != nil {
			return err
		}
		if o, err = s.restoreLabels(ctx, o); err != nil {
			return err
		}
		s.cache.StoreWritten(o)
		if active, _ := s.app.RouteTraffic(o); active == c && ifRevision == noRevision {
			return nil // it seemed to be gone because it was not seen
		}
		return s.turn(ctx, o, c, ifRevision)
	})
	if err != nil {
		return err
	}
	return s.followRoute(ctx, c)
}

// restoreLabels makes an object seen again whose labels somebody has taken away.
func (s *session) restoreLabels(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	if !s.app.RestoreLabels(o) {
		return o, nil
	}
	return s.noted(s.app.Kube.Update(ctx, o))
}

// followRoute brings to color c what goes with the traffic. A process may have
// died between the route and that, so Confirm does it too, once a session.
func (s *session) followRoute(ctx context.Context, c color.Color) error {
	s.mu.Lock()
	done := s.followed == c
	s.mu.Unlock()
	if done {
		return nil
	}
	if err := s.handOver(ctx, c); err != nil {
		return fmt.Errorf("hand the autoscaler over to %s: %w", c, err)
	}
	if err := s.previewStandby(ctx, c.Other()); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.followed = c
	return nil
}

// turn makes a route that was read lead to color c.
func (s *session) turn(ctx context.Context, o *kube.Object, c color.Color, ifRevision string) error {
	active, _ := s.app.RouteTraffic(o)
	mark := s.token + " " + ifRevision
	if active == c && o.GetAnnotations()[annotationSwitch] == mark {
		return nil
	}
	if now := revision(o); now != ifRevision {
		return fmt.Errorf("the route has revision %s, not %s: %w", now, ifRevision, deploy.ErrConflict)
	}
	if active == c {
		return nil
	}
	if err := s.canCarry(ctx, c); err != nil {
		return err
	}
	if err := s.aim(o, s.wanted(o, active, c), c); err != nil {
		return err
	}
	objects.SetAnnotation(o, annotationSwitch, mark)
	began := time.Now()
	o, err := s.app.Kube.Update(ctx, o)
	if err != nil {
		return err
	}
	s.cache.StoreWritten(o)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.switched = began
	return nil
}

// wanted is the route for color c: as it is configured now, and with the hosts
// that had users until now; or on the way back as it was, because people who
// cannot reach the app at new hosts shall reach it again at the old ones.
func (s *session) wanted(now *kube.Object, active, c color.Color) *kube.Object {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before[active] = now.DeepCopy()
	if was, ok := s.before[c]; ok {
		return was
	}
	want := manifest.Route(s.app.RouteApp(), c)
	switch {
	case active == color.None:
	case s.begun:
		keepHosts(want, configuredHosts(now))
	default: // nobody knows any more which of them are the color's
		keepHosts(want, hostnames(now))
	}
	return want
}

// canCarry refuses a color that would answer with errors: one without a ready
// instance, or one whose instances some proxy has not heard of. On the way
// back, to a color that every proxy sent to a moment ago, one that is not there
// any more must not keep the users of all others on a version that fails.
func (s *session) canCarry(ctx context.Context, c color.Color) error {
	n, err := s.readyPods(ctx, c)
	if err != nil {
		return fmt.Errorf("count the instances of %s: %w", c, err)
	}
	if n == 0 {
		return fmt.Errorf("switch to %s: no instance of it is ready: %w", c, deploy.ErrRefused)
	}
	if err := s.aimPreview(ctx, c); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, knownWithin, fmt.Errorf("not within %s", knownWithin))
	defer cancel()
	if err := s.proxiesObey(ctx, s.question(ctx, s.app.PreviewHost(), c), s.deaf(c)); err != nil {
		return fmt.Errorf("switch to %s: the gateway does not reach it yet: %w: %w", c, err, deploy.ErrRefused)
	}
	return nil
}

// deaf is for how long a proxy may be silent, or not obey, before a switch to c
// does without it; zero: for ever. A session that ends another one's deploy may be on the
// way back.
func (s *session) deaf(c color.Color) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ours := s.before[c]; ours || !s.begun {
		return deafOnWay
	}
	return 0
}
