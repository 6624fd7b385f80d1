package agent

import (
	"context"
	"fmt"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// switchTo makes the new route durable before it counts: an agent that comes
// back has the route that was confirmed to somebody.
func (a *app) switchTo(ctx context.Context, token uint64, c color.Color, ifRevision string) error {
	return a.exclusive(ctx, token, func(context.Context) error {
		now := a.now()
		repeated := now.Active == c && now.SwitchedBy == token && ifRevision == revision(now.Revision-1)
		if repeated {
			return nil
		}
		if ifRevision != revision(now.Revision) {
			return fmt.Errorf("the route has revision %d, not %s: %w", now.Revision, ifRevision, deploy.ErrConflict)
		}
		if s := a.sides[c]; s == nil || len(s.ready()) == 0 {
			return fmt.Errorf("switch to %s: no instance of it is ready: %w", c, deploy.ErrRefused)
		}
		if now.Active == c {
			return nil
		}
		err := a.change(token, func(st *state) { st.Active, st.Revision, st.SwitchedBy = c, now.Revision+1, token })
		if err == nil {
			a.proxy.Switch(c)
		}
		return err
	})
}

// retire ends a standby color.
func (a *app) retire(ctx context.Context, token uint64, c color.Color) error {
	return a.exclusive(ctx, token, func(context.Context) error {
		if a.now().Active == c {
			return fmt.Errorf("retire %s: it is active: %w", c, deploy.ErrRefused)
		}
		if a.sides[c] == nil {
			return nil
		}
		a.clear(c)
		if err := a.change(token, func(st *state) { delete(st.Colors, c) }); err != nil {
			return err
		}
		a.agent.sweep()
		return removeSecrets(a.paths, c)
	})
}

// remove takes the app off this machine. Its journals, logs and data stay.
func (a *app) remove(ctx context.Context, token uint64) error {
	return a.exclusive(ctx, token, func(context.Context) error {
		a.closeEntrances(a.now().Entrances)
		for _, c := range color.Both() {
			a.clear(c)
			if err := removeSecrets(a.paths, c); err != nil {
				return err
			}
		}
		if err := certificate.RemoveCopies(a.paths.dir); err != nil {
			return err
		}
		a.proxy.Switch(color.None)
		if err := a.dropKeys(); err != nil {
			return err
		}
		defer a.agent.sweep()
		return a.change(token, func(st *state) {
			clear(st.Colors)
			st.Entrances, st.Preview, st.Edge, st.Active = nil, "", edge{}, color.None
			st.Revision++
		})
	})
}
