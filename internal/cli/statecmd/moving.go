package statecmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/agent"
	"version-manager/internal/agent/keeper"
	"version-manager/internal/agent/launch"
	"version-manager/internal/autostart"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/statedir"
)

// moveState moves a state folder that is ours, with what runs from it.
func (o stateOptions) moveState(ctx context.Context, p project.Project, from, to string) error {
	if err := o.checkMovable(p, from, to); err != nil {
		return err
	}
	runs := keeper.IsServed(from) && agent.HasRecords(from)
	if runs {
		if err := o.confirmDowntime(p.App.Name); err != nil {
			return err
		}
		o.inv.PrintNote("stopping what runs from %s", from)
	}
	t, err := targets.OpenLocal(p, from)
	if err != nil {
		return err
	}
	if err := t.StopAgent(ctx); err != nil {
		return err
	}
	if err := moveUnserved(p, from, to); err != nil {
		return err
	}
	if !runs {
		return nil
	}
	return startAt(ctx, p, to)
}

// checkMovable refuses a move that would put the folder into itself, to a place
// of others or on top of something, or during which a service could start an
// agent.
func (o stateOptions) checkMovable(p project.Project, from, to string) error {
	if inside := statedir.RealPath(to); strings.HasPrefix(inside+"/", statedir.RealPath(from)+"/") {
		return problem.New(problem.Usage, "version-manager state move", "%s is inside the folder to be moved", to)
	}
	if err := project.TrustOf(o.inv).Path(to); err != nil {
		return project.ExplainForeign(err, "%s", to)
	}
	if !statedir.IsEmpty(to) {
		return problem.New(problem.Failed, "ls "+shell.QuoteIfNeeded(to), "%s is not empty, and nothing was moved", to)
	}
	m, err := autostart.DetectManager(o.inv.Getenv)
	if err == nil && m.ServiceStatus(autostart.Service{App: p.App.Name, State: from}).Installed {
		return problem.New(problem.Failed, "version-manager agent remove\n"+o.inv.RepeatLine()+"\nversion-manager agent install",
			"nothing was moved, because a service starts %s from %s when this machine boots", p.App.Name, from)
	}
	return nil
}

// confirmDowntime asks whether the app may be stopped for a moment.
func (o stateOptions) confirmDowntime(app string) error {
	if o.inv.Global.Yes {
		return nil
	}
	if !o.inv.CanPrompt() {
		return problem.New(problem.Usage, o.inv.RepeatLine("--yes"), "the app is stopped for the move and started again, and there is no terminal to ask for confirmation")
	}
	yes, err := o.inv.PromptYes(fmt.Sprintf("this stops %s for a few seconds and starts it again; continue?", app))
	if err == nil && !yes {
		err = problem.New(problem.Interrupted, "", "canceled, nothing changed")
	}
	return err
}

// moveUnserved moves the folder while no agent can serve it.
func moveUnserved(p project.Project, from, to string) error {
	release, err := keeper.HoldFolder(from)
	if err != nil {
		return err
	}
	if release == nil {
		return problem.New(problem.Failed, "version-manager state move", "another command started what runs from %s again", from)
	}
	defer release()
	if err := statedir.MoveFolder(from, to, p.State.Base, statedir.RealPath(p.Root)); err != nil {
		return err
	}
	return errors.Join(launch.FinishMove(to), project.KeepOutOfGit(to, p.Root))
}

// startAt starts what was stopped, at its new place.
func startAt(ctx context.Context, p project.Project, state string) error {
	t, err := targets.OpenLocal(p, state)
	if err != nil {
		return err
	}
	app := targets.App{Project: p, Target: t}
	now, err := app.Observe(ctx)
	if err != nil || now.Active == "" {
		return err
	}
	return app.WaitReady(ctx)
}
