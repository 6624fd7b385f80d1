package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/color"
)

// maxRepairs is how often something that others change is changed back while
// nobody else could answer. Somebody who goes on means it.
const maxRepairs = 3

// routeGuard makes sure that one color keeps the traffic, and finds out who
// has taken it away.
type routeGuard struct {
	d        *deployment
	color    color.Color
	revision string // of the route when it was last observed
	repairs  int
}

// checkRoute returns a DivertedError if somebody else gave the traffic to a
// color that can answer. Nobody wants requests to fail, so a route that is
// gone, or that points to a color without a ready instance, is restored.
func (g *routeGuard) checkRoute(ctx context.Context, now Observed) error {
	if now.Active == g.color {
		g.noteChange(now)
		return g.mendMissing(ctx, now)
	}
	unanswered := now.hasNoRoute() || now.Active != color.None && now.Colors[now.Active].Ready() == 0
	switch {
	case unanswered && now.Colors[g.color].Ready() == 0:
		return fmt.Errorf("neither color has a ready instance%s", now.Colors[g.color].notReadyReason())
	case !unanswered || g.repairs >= maxRepairs:
		return newDivertedError(now, g.color)
	}
	g.repairs++
	err := g.d.lock.SwitchRoute(ctx, g.color, now.Revision)
	switch {
	case errors.Is(err, ErrConflict):
		return nil // somebody was faster: the next observation tells what they did
	case err != nil:
		return fmt.Errorf("%w: restore the route: %w", newDivertedError(now, g.color), err)
	}
	g.revision = ""
	what := "was deleted and is created again"
	if !now.hasNoRoute() {
		what = fmt.Sprintf("pointed to %s, which has no ready instance, and is restored", now.Active)
	}
	g.d.addRemark("the route %s: %s has the traffic", what, g.color)
	return nil
}

// awaitRoute observes the target once the color has the traffic for sure.
func (g *routeGuard) awaitRoute(ctx context.Context) (Observed, error) {
	for {
		now, err := g.d.observeTarget(ctx)
		if err != nil {
			return now, err
		}
		if err := g.checkRoute(ctx, now); err != nil || now.Active == g.color {
			return now, err
		}
	}
}

// noteChange notes that somebody changed the route, though not where it leads.
func (g *routeGuard) noteChange(now Observed) {
	if g.revision != "" && g.revision != now.Revision {
		text := fmt.Sprintf("the route was changed and still leads to %s", g.color)
		if by := now.Route.String(); by != "" {
			text += ": " + by
		}
		g.d.addRemark("%s", text)
	}
	g.revision = now.Revision
}

// mendMissing creates again what others have deleted and requests need.
func (g *routeGuard) mendMissing(ctx context.Context, now Observed) error {
	if len(now.Missing) == 0 || g.repairs >= maxRepairs {
		return nil
	}
	g.repairs++
	spec, err := g.d.specOf(ctx, g.color)
	if err != nil {
		return err
	}
	return g.d.mendColor(ctx, g.color, spec)
}

// mendColor creates again what a color needs, and says so.
func (d *deployment) mendColor(ctx context.Context, c color.Color, spec Spec) error {
	made, err := d.lock.RepairColor(ctx, c, spec)
	if len(made) > 0 {
		d.addRemark("was missing and is created again: %s", strings.Join(made, ", "))
	}
	if err != nil {
		return fmt.Errorf("create again what %s needs: %w", c, err)
	}
	return nil
}

// tryMend is mendColor for a color that has the traffic and answers: what
// cannot be created again is no reason to take the traffic away.
func (d *deployment) tryMend(ctx context.Context, c color.Color) {
	spec, err := d.specOf(ctx, c)
	if err != nil {
		return
	}
	if err := d.mendColor(ctx, c, spec); err != nil && ctx.Err() == nil {
		d.addRemark("%s", err.Error())
	}
}
