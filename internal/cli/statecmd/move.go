package statecmd

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/statedir"
)

func newMoveCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
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
		Args:              command.RequireArgs(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o := stateOptions{inv: inv, flags: flags}
			if len(args) == 1 {
				o.dir = args[0]
			}
			return runMove(c.Context(), o)
		},
	}
}

func runMove(ctx context.Context, o stateOptions) error {
	p, err := project.Find(o.inv, *o.flags)
	if err != nil {
		return err
	}
	to, err := chooseDestination(p, o.dir)
	if err != nil {
		return err
	}
	err = p.State.Verify(project.TrustOf(o.inv))
	if errors.Is(err, statedir.ErrUnbound) && p.State.Source == project.WorkTree { // to move it is to accept it
		err = o.checkAdoptable(p, p.State.Path)
	}
	if err != nil {
		return err
	}
	if p.State.Path == to || !p.State.Exists() {
		return o.printMove(answer.StateMove{App: p.App.Name, State: to})
	}
	if err := o.moveState(ctx, p, p.State.Path, to); err != nil {
		return err
	}
	if err := o.printMove(answer.StateMove{App: p.App.Name, From: p.State.Path, State: to}); err != nil {
		return err
	}
	o.suggestVariable(to)
	return nil
}

// suggestVariable says what the next command needs to find the state, if it
// does not look at its new place by itself.
func (o stateOptions) suggestVariable(to string) {
	if next, err := project.Find(o.inv, *o.flags); err == nil && statedir.RealPath(next.State.Path) == statedir.RealPath(to) {
		return
	}
	o.inv.PrintNote("commands look for the state there only with this variable or with --state")
	o.inv.SuggestNext("export %s=%s", project.StateVariable, shell.QuoteIfNeeded(to))
}

// chooseDestination returns where to move the state: to the named folder or to
// the default place.
func chooseDestination(p project.Project, named string) (string, error) {
	switch {
	case named != "":
		return filepath.Abs(named)
	case p.State.Base == "":
		return "", problem.Wrap(statedir.ErrNoBase, problem.Failed, "version-manager state move "+shell.QuoteIfNeeded("/srv/"+p.App.Name+"-state"),
			"there is no default place for the state of %s", p.App.Name)
	}
	return statedir.DefaultFolder(p.State.Base, p.App.Name, p.Root), nil
}
