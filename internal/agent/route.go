package agent

import (
	"context"
	"fmt"

	"version-manager/internal/agent/certificate"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// switchRoute makes the new route durable before it is used: an agent that
// comes back has the route that was confirmed to the caller.
func (a *app) switchRoute(ctx context.Context, token uint64, c color.Color, ifRevision string) error {
	return a.withTurn(ctx, token, func(context.Context) error {
		now := a.currentState()
		repeated := now.Active == c && now.SwitchedBy == token && ifRevision == formatRevision(now.Revision-1)
		if repeated {
			return nil
		}
		if ifRevision != formatRevision(now.Revision) {
			return fmt.Errorf("the route has revision %d, expected %s: %w", now.Revision, ifRevision, deploy.ErrConflict)
		}
		if s := a.sides[c]; s == nil || len(s.readyAddresses()) == 0 {
			return fmt.Errorf("switch to %s: none of its instances is ready: %w", c, deploy.ErrRefused)
		}
		if now.Active == c {
			return nil
		}
		err := a.changeState(token, func(st *appState) { st.Active, st.Revision, st.SwitchedBy = c, now.Revision+1, token })
		if err == nil {
			a.proxy.SwitchRoute(c)
		}
		return err
	})
}

// retireColor ends a standby color.
func (a *app) retireColor(ctx context.Context, token uint64, c color.Color) error {
	return a.withTurn(ctx, token, func(context.Context) error {
		if a.currentState().Active == c {
			return fmt.Errorf("cannot retire %s: it is active: %w", c, deploy.ErrRefused)
		}
		if a.sides[c] == nil {
			return nil
		}
		a.clearColor(c)
		if err := a.changeState(token, func(st *appState) { delete(st.Colors, c) }); err != nil {
			return err
		}
		a.agent.removeUnusedImages()
		return removeSecrets(a.paths, c)
	})
}

// removeApp removes the app from this machine. Its journals, logs, and data
// stay.
func (a *app) removeApp(ctx context.Context, token uint64) error {
	return a.withTurn(ctx, token, func(context.Context) error {
		a.entrances.closeEntrances(a.currentState().Entrances)
		for _, c := range color.Both() {
			a.clearColor(c)
			if err := removeSecrets(a.paths, c); err != nil {
				return err
			}
		}
		if err := certificate.RemoveCopies(a.paths.dir); err != nil {
			return err
		}
		a.proxy.SwitchRoute(color.None)
		if err := a.dropKeys(); err != nil {
			return err
		}
		defer a.agent.removeUnusedImages()
		return a.changeState(token, func(st *appState) {
			clear(st.Colors)
			st.Entrances, st.Preview, st.Edge, st.Active = nil, "", edgeSettings{}, color.None
			st.Revision++
		})
	})
}
