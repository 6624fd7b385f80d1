package routes

import (
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/entrances"
)

// ConfirmTraffic returns when every ingress was seen to send new requests to
// color c.
//
//  1. Every proxy pod is asked directly, until each has shown that it follows.
//  2. The time that this took since the switch is kept, for the pods' sleep
//     before they end.
//  3. The public entrances are asked too, if they are reachable from here:
//     there may be more between them and the proxies than we know.
//  4. A preview without a standby color must have arrived as well.
func (s *Switcher) ConfirmTraffic(ctx context.Context, c color.Color) error {
	if err := s.out.VerifyHeld(ctx); err != nil {
		return err
	}
	active, err := s.app.ReadTraffic(ctx)
	if err != nil {
		return err
	}
	if active != c || c == color.None {
		return fmt.Errorf("confirm %s: the route points to %q: %w", c, active, deploy.ErrRefused)
	}
	if err := s.followRoute(ctx, c); err != nil {
		return err
	}
	asked, err := s.confirmProxies(ctx, c)
	if err != nil {
		return fmt.Errorf("confirm %s: %w", c, err)
	}
	if err := s.env.Entrances.ConfirmEntrances(ctx, s.env.Confirmer, asked, c); err != nil {
		return fmt.Errorf("confirm %s: %w", c, err)
	}
	return s.confirmPreview(ctx, s.PassOverAfter(c))
}

// confirmProxies reports whether there was a proxy to ask.
func (s *Switcher) confirmProxies(ctx context.Context, c color.Color) (bool, error) {
	host, err := s.publicHost(ctx)
	if err != nil {
		return false, err
	}
	n, err := s.env.Confirmer.ConfirmProxies(ctx, s.env.Confirmer.NewQuestion(ctx, host, c), 0)
	if err != nil || n == 0 {
		return false, err
	}
	if err := s.recordPropagation(ctx); errors.Is(err, deploy.ErrFenced) {
		return true, err
	}
	return true, nil // the time is good to know, but no reason to fail
}

// publicHost is a host name that the public route takes.
func (s *Switcher) publicHost(ctx context.Context) (string, error) {
	o, err := s.app.Kube.GetObject(ctx, s.app.ObjectRef("HTTPRoute", s.app.Name))
	if err != nil {
		return "", fmt.Errorf("read the route: %w", err)
	}
	if hosts := manifest.RouteHosts(o); len(hosts) > 0 {
		return entrances.ExampleHost(hosts[0]), nil
	}
	return s.app.Name + ".invalid", nil
}

// confirmPreview waits for a preview without a standby color.
func (s *Switcher) confirmPreview(ctx context.Context, passOverAfter time.Duration) error {
	o, err := s.app.Kube.GetObject(ctx, s.app.ObjectRef("HTTPRoute", s.app.PreviewName()))
	if kube.IsNotFound(err) {
		return nil // it has no backend
	}
	if err != nil {
		return fmt.Errorf("read the preview's route: %w", err)
	}
	if c, foreign := s.app.RouteTraffic(o); foreign != "" || c != color.None {
		return nil
	}
	return s.awaitEmptyPreview(ctx, passOverAfter)
}
