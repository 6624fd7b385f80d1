package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/agent"
	"version-manager/internal/agent/keeper"
	"version-manager/internal/autostart"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/statedir"
	"version-manager/internal/target/local"
)

type stateMoveOptions struct {
	*app
	to string // empty: the default
}

func newStateMove(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "move [DIR]",
		Short: "move versions and state out of the work tree",
		Long: "Moves the state folder to its default place outside of the work tree, or to DIR. After you confirm, what " +
			"is running is stopped for the move and started again: a few seconds of downtime. If the move is " +
			"interrupted, the folder is complete at one of the two places, and the same command continues it. A " +
			"folder in the work tree that has no record of where it was made, as earlier versions left it, is " +
			"accepted as yours.",
		Example:           "  version-manager state move\n  version-manager state move /srv/shop-state --yes",
		GroupID:           "change",
		Args:              takes(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o := stateMoveOptions{app: a}
			if len(args) == 1 {
				o.to = args[0]
			}
			return runStateMove(c.Context(), o)
		},
	}
}

func runStateMove(ctx context.Context, o stateMoveOptions) error {
	p, err := o.unverified()
	if err != nil {
		return err
	}
	to, err := o.destination(p)
	if err != nil {
		return err
	}
	err = p.verify(o.trust())
	if errors.Is(err, statedir.ErrUnbound) && p.source == inTree { // to name the command is to say where it comes from
		err = o.adoptable(p, p.state)
	}
	if err != nil {
		return err
	}
	if p.state == to || !exists(p.state) {
		return o.printMoved(stateMoved{App: p.app.Name, State: to})
	}
	if err := o.moveState(ctx, p, p.state, to); err != nil {
		return err
	}
	if err := o.printMoved(stateMoved{App: p.app.Name, From: p.state, State: to}); err != nil {
		return err
	}
	o.adviseWhere(to)
	return nil
}

// adviseWhere says what it takes for the next command to find the state where
// nothing points to it.
func (o stateMoveOptions) adviseWhere(to string) {
	if next, err := o.unverified(); err == nil && statedir.Real(next.state) == statedir.Real(to) {
		return
	}
	o.note("commands look for the state there only with this variable or with --state")
	o.next("export %s=%s", stateVariable, kube.Quoted(to))
}

// destination is where the state shall be.
func (o stateMoveOptions) destination(p place) (string, error) {
	switch {
	case o.to != "":
		return filepath.Abs(o.to)
	case p.base == "":
		return "", noHome(p)
	}
	return statedir.Default(p.base, p.app.Name, p.root), nil
}

// moveState moves a state folder that is ours, with what runs from it.
func (a *app) moveState(ctx context.Context, p place, from, to string) error {
	if inside := statedir.Real(to); strings.HasPrefix(inside+"/", statedir.Real(from)+"/") {
		return problem.New(problem.Usage, "version-manager state move", "%s is inside the folder to be moved", to)
	}
	if err := a.trust().Path(to); err != nil {
		return notOurs(err, "%s", to)
	}
	if !statedir.Empty(to) {
		return problem.New(problem.Failed, "ls "+kube.Quoted(to), "%s is not empty, and nothing was moved", to)
	}
	if a.startsWithMachine(p, from) {
		return problem.New(problem.Failed, "version-manager agent remove, then repeat this command, then: version-manager agent install",
			"a service starts %s from %s with this machine, and nothing was moved", p.app.Name, from)
	}
	runs := keeper.IsServed(from) && agent.HasRecords(from)
	if runs {
		if err := a.confirmMove(p); err != nil {
			return err
		}
		a.note("stopping what runs from %s", from)
	}
	if err := stopAgent(ctx, p, from); err != nil {
		return err
	}
	if err := move(p, from, to); err != nil {
		return err
	}
	if !runs {
		return nil
	}
	return a.startAt(ctx, p, to)
}

// startsWithMachine reports whether a service starts the agent of the folder. It
// would do so in the middle of a move.
func (a *app) startsWithMachine(p place, state string) bool {
	m, err := autostart.DetectManager(a.getenv)
	return err == nil && m.ServiceStatus(autostart.Service{App: p.app.Name, State: state}).Installed
}

// confirmMove asks whether what runs may be stopped for a moment.
func (a *app) confirmMove(p place) error {
	if a.global.yes {
		return nil
	}
	if !a.asks() {
		return problem.New(problem.Usage, a.again("--yes"), "the app is stopped for the move and started again, and there is no terminal to ask for confirmation")
	}
	answer, err := a.prompt(fmt.Sprintf("this stops %s for a few seconds and starts it again; go on? [y/N] ", p.app.Name))
	if err != nil {
		return err
	}
	if !strings.EqualFold(answer, "y") && !strings.EqualFold(answer, "yes") {
		return problem.New(problem.Interrupted, "", "canceled, nothing was changed")
	}
	return nil
}

// stopAgent ends the agent of the folder and what it runs, if there is one.
func stopAgent(ctx context.Context, p place, state string) error {
	t, err := local.NewTarget(local.Options{App: p.app.Name, State: state, Local: p.app.Local, Project: p.root})
	if err != nil {
		return err
	}
	return t.StopAgent(ctx)
}

// move moves the folder while no agent can serve it.
func move(p place, from, to string) error {
	release, err := keeper.HoldFolder(from)
	if err != nil {
		return err
	}
	if release == nil {
		return problem.New(problem.Failed, "version-manager state move", "another command started what runs from %s again", from)
	}
	defer release()
	if err := statedir.Move(from, to, p.base, statedir.Real(p.root)); err != nil {
		return err
	}
	return errors.Join(agent.FinishMove(to), keepOutOfGit(to, p.root))
}

// startAt starts what was stopped, at its new place.
func (a *app) startAt(ctx context.Context, p place, state string) error {
	t, err := local.NewTarget(local.Options{App: p.app.Name, State: state, Local: p.app.Local, Project: p.root})
	if err != nil {
		return err
	}
	now, err := observe(ctx, t)
	if err != nil || now.Active == "" {
		return err
	}
	return startOptions{a}.awaitReady(ctx, p, t)
}
