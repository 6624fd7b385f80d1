package cli

import (
	"context"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/statedir"
)

type stateAdoptOptions struct {
	*app
	from string // empty: what is there already, or what a moved project left behind
}

func newStateAdopt(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "adopt [DIR]",
		Short: "use a state folder that was made elsewhere",
		Long: "Accepts a state folder for this machine, this user, and this project folder. Without DIR, that is one " +
			"that was copied or unpacked here, or the one that was left behind when this project folder was moved or " +
			"renamed. DIR names another one, which is moved to the place of this project's own. The next command that " +
			"changes something starts what the folder names, so adopt it only if you know where it comes from.",
		Example:           "  version-manager state adopt\n  version-manager state adopt ~/.local/state/version-manager/shop-1f2e3d4c",
		GroupID:           "change",
		Args:              takes(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o := stateAdoptOptions{app: a}
			if len(args) == 1 {
				o.from = args[0]
			}
			return runStateAdopt(c.Context(), o)
		},
	}
}

func runStateAdopt(ctx context.Context, o stateAdoptOptions) error {
	p, err := o.unverified()
	if err != nil {
		return err
	}
	from, err := o.choose(p)
	if err != nil {
		return err
	}
	if err := o.adoptable(p, from); err != nil {
		return err
	}
	if from == p.state {
		if err := statedir.Bind(from, p.base, statedir.Real(p.root)); err != nil {
			return err
		}
		return o.printMoved(stateMoved{App: p.app.Name, State: from})
	}
	if err := o.moveState(ctx, p, from, p.state); err != nil {
		return err
	}
	return o.printMoved(stateMoved{App: p.app.Name, From: from, State: p.state})
}

// choose finds the folder that is meant.
func (o stateAdoptOptions) choose(p place) (string, error) {
	if o.from != "" {
		return filepath.Abs(o.from)
	}
	if exists(p.state) {
		return p.state, nil
	}
	lost := p.lost()
	switch len(lost) {
	case 0:
		return "", problem.New(problem.NotFound, "version-manager state", "there is no state folder of %s that could be adopted", p.app.Name)
	case 1:
		return lost[0].Dir, nil
	}
	several := problem.New(problem.Usage, "version-manager state adopt "+kube.Quoted(lost[0].Dir), "several state folders of %s have lost their project", p.app.Name)
	for _, k := range lost {
		several.Lines = append(several.Lines, fmt.Sprintf("%s of %s", k.Dir, k.Binding.Project))
	}
	return "", several
}

// adoptable refuses what is somebody else's, came with the repository, or is in
// use by another project.
func (a *app) adoptable(p place, dir string) error {
	if !exists(dir) {
		return problem.New(problem.NotFound, "version-manager state", "there is no folder %s", dir)
	}
	if tracked, err := isTracked(dir); err != nil || tracked {
		return problem.Wrap(err, problem.Failed, "git rm -r --cached "+kube.Quoted(dir), "%s is tracked by git, and state never comes with a repository", dir)
	}
	trust := a.trust()
	if err := trust.Path(dir); err != nil {
		return notOurs(err, "the state folder %s", dir)
	}
	if err := statedir.Inspect(dir, trust); err != nil {
		return problem.Wrap(err, problem.Failed, "ls -lR "+kube.Quoted(dir), "the state folder %s is not adopted", dir)
	}
	b, err := statedir.Read(dir)
	if owner := b.Project; err == nil && dir != p.state && statedir.Verify(dir, p.base, trust) == nil && owner != "" && owner != statedir.Real(p.root) && exists(owner) {
		return problem.New(problem.Failed, "version-manager --state "+kube.Quoted(dir)+" status", "%s is in use by the project in %s", dir, owner)
	}
	return nil
}
