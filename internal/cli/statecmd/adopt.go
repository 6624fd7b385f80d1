package statecmd

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/shell"
	"version-manager/internal/statedir"
)

func newAdoptCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	return &cobra.Command{
		Use:   "adopt [DIR]",
		Short: "use a state folder that was made elsewhere",
		Long: "Accepts a state folder for this machine, this user, and this project folder. Without DIR, that is one " +
			"that was copied or unpacked here, or the one that was left behind when this project folder was moved or " +
			"renamed. DIR names another one, which is moved to the place of this project's own. The next command that " +
			"changes something starts what the folder names, so adopt it only if you know where it comes from.",
		Example:           "  version-manager state adopt\n  version-manager state adopt ~/.local/state/version-manager/shop-1f2e3d4c",
		GroupID:           "change",
		Args:              command.RequireArgs(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o := stateOptions{inv: inv, flags: flags}
			if len(args) == 1 {
				o.dir = args[0]
			}
			return runAdopt(c.Context(), o)
		},
	}
}

func runAdopt(ctx context.Context, o stateOptions) error {
	p, err := project.Find(o.inv, *o.flags)
	if err != nil {
		return err
	}
	from, err := chooseFolder(p, o.dir)
	if err != nil {
		return err
	}
	if err := o.checkAdoptable(p, from); err != nil {
		return err
	}
	if from == p.State.Path {
		if err := statedir.WriteBinding(from, p.State.Base, statedir.RealPath(p.Root)); err != nil {
			return err
		}
		return o.printMove(answer.StateMove{App: p.App.Name, State: from})
	}
	if err := o.moveState(ctx, p, from, p.State.Path); err != nil {
		return err
	}
	return o.printMove(answer.StateMove{App: p.App.Name, From: from, State: p.State.Path})
}

// chooseFolder returns the folder to adopt: the named one, or the one that is
// there already, or the one that a moved project left behind.
func chooseFolder(p project.Project, named string) (string, error) {
	if named != "" {
		return filepath.Abs(named)
	}
	if p.State.Exists() {
		return p.State.Path, nil
	}
	lost := p.ListLostStates()
	switch len(lost) {
	case 0:
		return "", problem.New(problem.NotFound, "version-manager state show", "found no state folder of %s to adopt", p.App.Name)
	case 1:
		return lost[0].Dir, nil
	}
	several := problem.New(problem.Usage, "version-manager state adopt "+shell.QuoteIfNeeded(lost[0].Dir), "several state folders of %s belong to no project", p.App.Name)
	for _, k := range lost {
		several.Lines = append(several.Lines, fmt.Sprintf("%s of %s", k.Dir, k.Binding.Project))
	}
	return "", several
}

// checkAdoptable refuses a folder that is somebody else's, came with the
// repository, or is in use by another project.
func (o stateOptions) checkAdoptable(p project.Project, dir string) error {
	if !project.FileExists(dir) {
		return problem.New(problem.NotFound, "version-manager state show", "there is no folder %s", dir)
	}
	if tracked, err := project.IsTracked(dir); err != nil || tracked {
		return problem.Wrap(err, problem.Failed, "git rm -r --cached "+shell.QuoteIfNeeded(dir), "%s is tracked by git, and state never comes with a repository", dir)
	}
	trust := project.TrustOf(o.inv)
	if err := trust.Path(dir); err != nil {
		return project.ExplainForeign(err, "the state folder %s", dir)
	}
	if err := statedir.InspectFolder(dir, trust); err != nil {
		return problem.Wrap(err, problem.Failed, "ls -lR "+shell.QuoteIfNeeded(dir), "the state folder %s is not adopted", dir)
	}
	b, err := statedir.ReadBinding(dir)
	if owner := b.Project; err == nil && dir != p.State.Path && statedir.VerifyBinding(dir, p.State.Base, trust) == nil && owner != "" && owner != statedir.RealPath(p.Root) && project.FileExists(owner) {
		return problem.New(problem.Failed, "version-manager --state "+shell.QuoteIfNeeded(dir)+" status", "%s is in use by the project in %s", dir, owner)
	}
	return nil
}
