package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/color"
)

// restores is how often a route that others take away is taken back while
// nobody else could answer. Somebody who goes on means it.
const restores = 3

// custody sees to it that one color has the traffic, and finds out who has
// taken it away.
type custody struct {
	r        *runner
	color    color.Color
	revision string // of the route when it was looked at last
	taken    int    // how often the route was taken back
}

// check returns a DivertedError if somebody else gave the traffic to a color
// that can answer. Nobody decides that requests shall fail: a route that is
// gone, or that leads to a color without a ready instance, is taken back.
func (k *custody) check(ctx context.Context, now Observed) error {
	if now.Active == k.color {
		k.compare(now)
		return k.mend(ctx, now)
	}
	idle := now.gone() || now.Active != color.None && now.Colors[now.Active].Ready() == 0
	switch {
	case idle && now.Colors[k.color].Ready() == 0:
		return fmt.Errorf("neither color has a ready instance%s", now.Colors[k.color].reason())
	case !idle || k.taken >= restores:
		return newDiverted(now, k.color)
	}
	k.taken++
	err := k.r.hold.Switch(ctx, k.color, now.Revision)
	switch {
	case errors.Is(err, ErrConflict):
		return nil // somebody was faster: the next look tells what he did
	case err != nil:
		return fmt.Errorf("%w: take the route back: %w", newDiverted(now, k.color), err)
	}
	k.revision = ""
	what := "was deleted and is made again"
	if !now.gone() {
		what = fmt.Sprintf("led to %s, which has no ready instance, and is taken back", now.Active)
	}
	k.r.remark(fmt.Sprintf("the route %s: %s has the traffic", what, k.color))
	return nil
}

// compare notes that somebody changed the route, though not whom it leads to.
func (k *custody) compare(now Observed) {
	if k.revision != "" && k.revision != now.Revision {
		text := fmt.Sprintf("the route was changed and still leads to %s", k.color)
		if by := now.Route.String(); by != "" {
			text += ": " + by
		}
		k.r.remark(text)
	}
	k.revision = now.Revision
}

// mend makes again what others have deleted of what requests need.
func (k *custody) mend(ctx context.Context, now Observed) error {
	if len(now.Missing) == 0 || k.taken >= restores {
		return nil
	}
	k.taken++
	spec, err := k.r.specOf(ctx, k.color)
	if err != nil {
		return err
	}
	return k.r.mend(ctx, k.color, spec)
}

// mend makes again what a color needs, and says so.
func (r *runner) mend(ctx context.Context, c color.Color, spec Spec) error {
	made, err := r.hold.Mend(ctx, c, spec)
	if len(made) > 0 {
		r.remark("was missing and is made again: " + strings.Join(made, ", "))
	}
	if err != nil {
		return fmt.Errorf("make again what %s needs: %w", c, err)
	}
	return nil
}

// mendQuietly is mend for a color that has the traffic and answers: what cannot
// be made again is no reason to take it away.
func (r *runner) mendQuietly(ctx context.Context, c color.Color) {
	spec, err := r.specOf(ctx, c)
	if err != nil {
		return
	}
	if err := r.mend(ctx, c, spec); err != nil && ctx.Err() == nil {
		r.remark(err.Error())
	}
}

// remark tells a person something now and in the report.
func (r *runner) remark(text string) {
	r.remarks = append(r.remarks, text)
	r.progress.ReportNote("%s", text)
}
