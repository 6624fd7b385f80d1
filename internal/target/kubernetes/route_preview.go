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

// forgetPreview makes the preview lead to nobody and returns when the proxies
// have forgotten the color before, whose instances may then go.
func (s *session) forgetPreview(ctx context.Context, deaf time.Duration) error {
	err := s.aimPreview(ctx, color.None)
	if kube.IsNotFound(err) {
		return nil // without a route, it never led anywhere
	}
	if err != nil {
		return err
	}
	return s.previewEmpty(ctx, deaf)
}

// previewEmpty returns when every proxy answers for the preview that there is
// nobody. With deaf, one that has not for so long is passed over if another one
// has.
func (s *session) previewEmpty(ctx context.Context, deaf time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, previewWithin, fmt.Errorf("not within %s", previewWithin))
	defer cancel()
	if err := s.proxiesObey(ctx, s.question(ctx, s.app.PreviewHost(), color.None), deaf); err != nil {
		return fmt.Errorf("the gateway still leads the preview somewhere: %w", err)
	}
	return nil
}

// aimPreview makes the preview lead to standby color c.
func (s *session) aimPreview(ctx context.Context, c color.Color) error {
	err := s.editPreview(ctx, c)
	if kube.IsNotFound(err) && c != color.None {
		if err = s.ensurePreview(ctx); err == nil {
			err = s.editPreview(ctx, c)
		}
	}
	if err != nil {
		return fmt.Errorf("make the preview lead to %q: %w", c, err)
	}
	return nil
}

func (s *session) editPreview(ctx context.Context, c color.Color) error {
	_, err := s.edit(ctx, "HTTPRoute", s.app.PreviewName(), func(o *kube.Object) (bool, error) {
		want := manifest.Preview(s.app.RouteApp(), c)
		guarded := manifest.GuardPreview(o, want)
		if now, foreign := s.app.RouteTraffic(o); foreign == "" && now == c {
			return guarded, nil
		}
		return true, s.aim(o, want, c)
	})
	return err
}

// previewStandby makes the preview lead to a color if that runs something, and
// to nobody otherwise.
func (s *session) previewStandby(ctx context.Context, c color.Color) error {
	have, err := s.app.ReadDeployment(ctx, c)
	if err != nil {
		return err
	}
	if have == nil {
		c = color.None
	}
	if err := s.aimPreview(ctx, c); !kube.IsNotFound(err) {
		return err
	}
	return nil // without a route it leads nowhere
}
