package kubernetes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

const previewWithin = 10 * time.Second // for proxies to forget a color

// preview makes the preview lead to standby color c. With None it returns when
// the proxies have forgotten the color before, whose instances may then go.
func (s *session) preview(ctx context.Context, c color.Color) error {
	err := s.aimPreview(ctx, c)
	if kube.IsNotFound(err) && c == color.None {
		return nil // without a route, it never led anywhere
	}
	if err != nil || c != color.None {
		return err
	}
	return s.previewEmpty(ctx)
}

// aimPreview changes the route of the preview.
func (s *session) aimPreview(ctx context.Context, c color.Color) error {
	_, err := s.edit(ctx, "HTTPRoute", manifest.PreviewName(s.app), func(o *kube.Object) (bool, error) {
		if now, err := manifest.Pointed(o, s.app); err == nil && now == c {
			return false, nil
		}
		return true, s.aim(o, manifest.Preview(s.routeApp(), c), c)
	})
	if err != nil {
		return fmt.Errorf("make the preview lead to %q: %w", c, err)
	}
	return nil
}

// previewEmpty returns when every proxy answers for the preview that there is
// nobody.
func (s *session) previewEmpty(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, previewWithin, fmt.Errorf("not within %s", previewWithin))
	defer cancel()
	if err := s.proxiesObey(ctx, s.question(ctx, s.previewHost(), color.None), 0); err != nil {
		return fmt.Errorf("the gateway still leads the preview somewhere: %w", err)
	}
	return nil
}

// previewStandby makes the preview lead to a color if that runs something, and
// to nobody otherwise.
func (s *session) previewStandby(ctx context.Context, c color.Color) error {
	have, err := s.deployment(ctx, c)
	if err != nil {
		return err
	}
	if have == nil {
		c = color.None
	}
	return s.aimPreview(ctx, c)
}
