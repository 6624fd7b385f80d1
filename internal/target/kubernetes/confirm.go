package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

const (
	confirmTimes  = 3                      // answers in a row that a proxy must give
	confirmPause  = 20 * time.Millisecond  // between two questions to a proxy
	confirmRelist = 250 * time.Millisecond // after which it is asked again which proxies there are
	confirmAsk    = 3 * time.Second        // for one answer
	entrancesLong = 3 * time.Second        // for which entrances must obey where no proxy can be asked
)

// Confirm implements [deploy.Session].
//
//  1. Every proxy pod is asked directly, until each has shown that it obeys.
//  2. How long that took since the switch is kept, for the pods' farewell.
//  3. The public entrances are asked too, as far as they are reached from
//     here: between them and the proxies may be more than we know.
//  4. A preview that leads to nobody has to have arrived as well.
func (s *session) Confirm(ctx context.Context, c color.Color) error {
	if err := s.verify(ctx); err != nil {
		return err
	}
	active, err := s.app.ReadTraffic(ctx)
	if err != nil {
		return err
	}
	if active != c || c == color.None {
		return fmt.Errorf("confirm %s: the route leads to %q: %w", c, active, deploy.ErrRefused)
	}
	if err := s.followRoute(ctx, c); err != nil {
		return err
	}
	asked, err := s.confirmProxies(ctx, c)
	if err != nil {
		return fmt.Errorf("confirm %s: %w", c, err)
	}
	if err := s.confirmEntrances(ctx, asked, c); err != nil {
		return fmt.Errorf("confirm %s: %w", c, err)
	}
	return s.confirmPreview(ctx, s.deaf(c))
}

// confirmProxies reports whether there was a proxy to ask.
func (s *session) confirmProxies(ctx context.Context, c color.Color) (bool, error) {
	host, err := s.publicHost(ctx)
	if err != nil {
		return false, err
	}
	n, err := s.obedient(ctx, s.question(ctx, host, c), 0)
	if err != nil || n == 0 {
		return false, err
	}
	if err := s.measured(ctx); errors.Is(err, deploy.ErrFenced) {
		return true, err
	}
	return true, nil // how long that took is good to know, and no reason to fail
}

// publicHost is a host name that the public route takes.
func (t *Target) publicHost(ctx context.Context) (string, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("HTTPRoute", t.app.Name))
	if err != nil {
		return "", fmt.Errorf("look at the route: %w", err)
	}
	if hosts := hostnames(o); len(hosts) > 0 {
		return concrete(hosts[0]), nil
	}
	return t.app.Name + ".invalid", nil
}

// confirmPreview waits for a preview without a standby color.
func (s *session) confirmPreview(ctx context.Context, deaf time.Duration) error {
	o, err := s.app.Kube.Get(ctx, s.app.ObjectRef("HTTPRoute", s.app.PreviewName()))
	if kube.IsNotFound(err) {
		return nil // it leads nowhere
	}
	if err != nil {
		return fmt.Errorf("look at the preview's route: %w", err)
	}
	if c, foreign := s.app.RouteTraffic(o); foreign != "" || c != color.None {
		return nil
	}
	return s.previewEmpty(ctx, deaf)
}

// measured keeps how long the proxies took to obey the last switch of this
// session.
func (s *session) measured(ctx context.Context) error {
	s.mu.Lock()
	began := s.switched
	s.switched = time.Time{}
	s.mu.Unlock()
	if began.IsZero() {
		return nil // another process switched, or this was asked before
	}
	return s.keepPropagation(ctx, time.Since(began))
}
