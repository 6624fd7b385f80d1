package appcmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/agent/keeper"
	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/release"
)

type cleanupOptions struct {
	inv     *command.Invocation
	flags   *targets.Flags
	standby bool
	all     bool
}

func newCleanupCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := cleanupOptions{inv: inv, flags: flags}
	c := &cobra.Command{
		Use:   "cleanup",
		Short: "stop all instances of the app",
		Long: "Stops all instances of the app and closes its ports. Versions and history are kept, so it can be " +
			"deployed again; on this machine, --all deletes them too. With --standby, only the version on standby is " +
			"stopped. If anything would be lost, it asks you to type the app's name to confirm, unless --yes is given.",
		Example:           "  version-manager cleanup\n  version-manager cleanup --standby\n  version-manager cleanup --all --yes",
		GroupID:           "running",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.standby && o.all {
				return command.UsageError(c, "--standby and --all cannot be combined")
			}
			return runCleanup(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().BoolVar(&o.standby, "standby", false, "stop only the version on standby")
	c.Flags().BoolVar(&o.all, "all", false, "also delete all versions and the history (this machine only)")
	return c
}

func runCleanup(ctx context.Context, o cleanupOptions) error {
	app, err := targets.OpenApp(o.inv, *o.flags, targets.ReadOnly)
	if err != nil {
		return err
	}
	if o.all {
		if err := o.checkDeletable(app); err != nil {
			return err
		}
	}
	idle, err := o.isIdle(ctx, app)
	if err != nil {
		return err
	}
	if !idle {
		if app, err = app.ReopenToChange(o.inv, *o.flags); err != nil {
			return err
		}
	}
	answer := answer.Cleanup{App: app.Project.App.Name, Stopped: !o.standby}
	switch {
	case o.standby && !idle:
		answer.Standby, err = o.stopStandby(ctx, app)
	case !o.standby:
		answer.State, err = o.removeApp(ctx, app, idle)
	}
	if err != nil {
		return err
	}
	return o.printAnswer(answer)
}

// isIdle reports whether there is nothing to stop on this machine: no version
// is deployed, no deploy is unfinished, and no agent is running. Then none is
// started for it.
func (o cleanupOptions) isIdle(ctx context.Context, app targets.App) (bool, error) {
	if _, ok := app.Target.(deploy.ClusterLocator); ok || keeper.IsServed(app.Project.State.Path) {
		return false, nil
	}
	now, err := app.Observe(ctx)
	if err != nil || len(now.Colors) > 0 {
		return false, err
	}
	runs, err := runsNewestFirst(ctx, o.inv, app.Target)
	if err != nil {
		return false, err
	}
	return newestRun(runs).Phase.Ended(), nil
}

// removeApp stops all instances, and with --all deletes the state folder, whose
// path it returns.
func (o cleanupOptions) removeApp(ctx context.Context, app targets.App, idle bool) (deleted string, err error) {
	if !idle {
		if err := app.ConfirmTarget(o.inv, *o.flags); err != nil {
			return "", err
		}
	}
	if !idle || o.all {
		if err := o.confirmName(app.Project.App.Name); err != nil {
			return "", err
		}
	}
	if !idle {
		r := runner{o.inv, o.flags, app}
		if err := r.runShown(func(e *deploy.Engine) error { return e.Remove(ctx) }); err != nil {
			return "", err
		}
	}
	if !o.all {
		return "", nil
	}
	state := app.Project.State.Path
	if err := os.RemoveAll(state); err != nil {
		return "", fmt.Errorf("delete versions and history: %w", err)
	}
	return state, nil
}

// stopStandby stops the version on standby and returns it.
func (o cleanupOptions) stopStandby(ctx context.Context, app targets.App) (stopped release.Version, err error) {
	if err := app.ConfirmTarget(o.inv, *o.flags); err != nil {
		return "", err
	}
	r := runner{o.inv, o.flags, app}
	err = r.runShown(func(e *deploy.Engine) (err error) {
		stopped, err = e.RetireStandby(ctx)
		return err
	})
	return stopped, err
}

func (o cleanupOptions) printAnswer(a answer.Cleanup) error {
	text := "nothing is on standby"
	switch {
	case a.State != "":
		text = fmt.Sprintf("%s is stopped, %s is deleted", a.App, a.State)
	case a.Stopped:
		text = fmt.Sprintf("%s is stopped, its versions and history are kept", a.App)
	case a.Standby != "":
		text = fmt.Sprintf("%s is stopped", a.Standby)
	}
	return o.inv.PrintAnswer(a, func() error { return o.inv.PrintLines(text) })
}

// confirmName asks a person to type the name of the app.
func (o cleanupOptions) confirmName(name string) error {
	if o.inv.Global.Yes {
		return nil
	}
	if !o.inv.CanPrompt() {
		return problem.New(problem.Usage, o.inv.RepeatLine("--yes"), "cleanup stops %s, and there is no terminal to ask for confirmation", name)
	}
	answer, err := o.inv.PromptLine(fmt.Sprintf("this stops all instances of %s; type its name to confirm: ", name))
	if err != nil {
		return err
	}
	if answer != name {
		return problem.New(problem.Interrupted, "", "cleanup: %q is not %q, nothing changed", answer, name)
	}
	return nil
}

// checkDeletable fails if the state folder holds what the target does not
// stop. A cluster keeps its history itself, and the folder may belong to an app
// which runs on this machine.
func (o cleanupOptions) checkDeletable(app targets.App) error {
	name := app.Project.App.Name
	remote, ok := app.Target.(deploy.ClusterLocator)
	if !ok {
		return checkUnshared(app.Project)
	}
	where := remote.LocateCluster()
	which := o.flags.Cluster.ForPlace(where)
	hint := fmt.Sprintf("version-manager cleanup %s && kubectl %s delete configmap,secret,lease -l app.kubernetes.io/managed-by=%s,app.kubernetes.io/name=%s",
		which, which, kube.FieldManager, name)
	return problem.New(problem.Usage, hint, "nothing was deleted: --all deletes only what is on this machine, but the history of %s is in namespace %s", name, where.Namespace)
}

// checkUnshared fails if other apps use the same state folder.
func checkUnshared(p project.Project) error {
	entries, err := os.ReadDir(filepath.Join(p.State.Path, "apps"))
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("read the state folder: %w", err)
	}
	var others []string
	for _, e := range entries {
		if e.Name() != p.App.Name {
			others = append(others, e.Name())
		}
	}
	if len(others) > 0 {
		return problem.New(problem.Failed, "version-manager cleanup", "%s also belongs to %s and is not deleted", p.State.Path, strings.Join(others, ", "))
	}
	return nil
}
