package routes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

const emptyPreviewTimeout = 10 * time.Second // for all proxies to forget a color

// ClearPreview makes the preview lead to nobody and returns when the proxies
// have forgotten the color before, whose instances may then go. A proxy that
// has not followed for passOverAfter is passed over if another one has.
func (s *Switcher) ClearPreview(ctx context.Context, passOverAfter time.Duration) error {
	err := s.PointPreview(ctx, color.None)
	if kube.IsNotFound(err) {
		return nil // without a route, it never led anywhere
	}
	if err != nil {
		return err
	}
	return s.awaitEmptyPreview(ctx, passOverAfter)
}

// awaitEmptyPreview returns when every proxy answers that the preview has no
// backend.
func (s *Switcher) awaitEmptyPreview(ctx context.Context, passOverAfter time.Duration) error {
	ctx, cancel := context.WithTimeoutCause(ctx, emptyPreviewTimeout, fmt.Errorf("not within %s", emptyPreviewTimeout))
	defer cancel()
	q := s.env.Confirmer.NewQuestion(ctx, s.app.PreviewHost(), color.None)
	if _, err := s.env.Confirmer.ConfirmProxies(ctx, q, passOverAfter); err != nil {
		return fmt.Errorf("the gateway still routes the preview to a color: %w", err)
	}
	return nil
}

// PointPreview makes the preview lead to standby color c.
func (s *Switcher) PointPreview(ctx context.Context, c color.Color) error {
	err := s.editPreview(ctx, c)
	if kube.IsNotFound(err) && c != color.None {
		if err = s.createPreview(ctx); err == nil {
			err = s.editPreview(ctx, c)
		}
	}
	if err != nil {
		return fmt.Errorf("make the preview lead to %q: %w", c, err)
	}
	return nil
}

func (s *Switcher) editPreview(ctx context.Context, c color.Color) error {
	_, err := s.out.EditObject(ctx, "HTTPRoute", s.app.PreviewName(), func(o *kube.Object) (bool, error) {
		want := manifest.NewPreview(s.app.RouteApp(), c)
		guarded := manifest.GuardPreview(o, want)
		if now, foreign := s.app.RouteTraffic(o); foreign == "" && now == c {
			return guarded, nil
		}
		return true, s.pointRoute(o, want, c)
	})
	return err
}

// previewStandby makes the preview lead to a color if that runs something, and
// to nobody otherwise.
func (s *Switcher) previewStandby(ctx context.Context, c color.Color) error {
	have, err := s.app.ReadDeployment(ctx, c)
	if err != nil {
		return err
	}
	if have == nil {
		c = color.None
	}
	if err := s.PointPreview(ctx, c); !kube.IsNotFound(err) {
		return err
	}
	return nil // without a route it has no backend
}
