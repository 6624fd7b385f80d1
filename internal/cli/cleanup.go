package cli

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/release"
)

type cleanupOptions struct {
	*app
	standby bool
	all     bool
}

// cleaned is the answer of cleanup.
type cleaned struct {
	App     string          `json:"app"`
	Standby release.Version `json:"standby,omitempty"` // the version that was stopped
	Stopped bool            `json:"stopped"`           // both colors, and the entrances are closed
	State   string          `json:"state,omitempty"`   // the folder that was deleted
}

func newCleanup(a *app) *cobra.Command {
	o := cleanupOptions{app: a}
	c := &cobra.Command{
		Use:   "cleanup",
		Short: "stop all instances of the app",
		Long: "Stops all instances of the app and closes its ports. Versions and history are kept, so it can be " +
			"deployed again; on this machine, --all deletes them too. With --standby, only the version on standby is " +
			"stopped. If anything would be lost, you are asked to type the app's name, unless --yes is given.",
		Example:           "  version-manager cleanup\n  version-manager cleanup --standby\n  version-manager cleanup --all --yes",
		GroupID:           "running",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.standby && o.all {
				return usage(c, "--standby keeps most and --all nothing: choose one")
			}
			return runCleanup(c.Context(), o)
		},
	}
	c.Flags().BoolVar(&o.standby, "standby", false, "stop only the version on standby")
	c.Flags().BoolVar(&o.all, "all", false, "also delete all versions and the history (this machine only)")
	return c
}

func runCleanup(ctx context.Context, o cleanupOptions) error {
	p, t, err := o.open(changing)
	if err != nil {
		return err
	}
	if o.all {
		if err := o.deletable(p, t); err != nil {
			return err
		}
	}
	if err := o.allow(p, t); err != nil {
		return err
	}
	if o.standby {
		return o.retire(ctx, p, t)
	}
	if err := o.confirm(p); err != nil {
		return err
	}
	if err := o.shown(t, func(e *deploy.Engine) error { return e.Remove(ctx) }); err != nil {
		return err
	}
	done := cleaned{App: p.app.Name, Stopped: true}
	if o.all {
		if err := os.RemoveAll(p.state); err != nil {
			return fmt.Errorf("delete versions and history: %w", err)
		}
		done.State = p.state
	}
	return o.io.Answer(o.global.format, done, func() error { return o.print(done) })
}

func (o cleanupOptions) retire(ctx context.Context, p place, t deploy.Target) error {
	var gone release.Version
	err := o.shown(t, func(e *deploy.Engine) (err error) {
		gone, err = e.RetireStandby(ctx)
		return err
	})
	if err != nil {
		return err
	}
	done := cleaned{App: p.app.Name, Standby: gone}
	return o.io.Answer(o.global.format, done, func() error { return o.print(done) })
}

func (o cleanupOptions) print(c cleaned) error {
	text := "nothing is on standby"
	switch {
	case c.State != "":
		text = fmt.Sprintf("%s is stopped, %s is deleted", c.App, c.State)
	case c.Stopped:
		text = fmt.Sprintf("%s is stopped, its versions and history are kept", c.App)
	case c.Standby != "":
		text = fmt.Sprintf("%s is stopped", c.Standby)
	}
	return o.io.Line("%s", text)
}

// confirm makes sure that somebody means it.
func (o cleanupOptions) confirm(p place) error {
	if o.global.yes {
		return nil
	}
	if !o.asks() {
		return problem.New(problem.Usage, o.again("--yes"), "cleanup stops %s, and there is no terminal to ask for confirmation", p.app.Name)
	}
	answer, err := o.prompt(fmt.Sprintf("this stops all instances of %s; type its name to confirm: ", p.app.Name))
	if err != nil {
		return err
	}
	if answer != p.app.Name {
		return problem.New(problem.Interrupted, "", "cleanup: %q is not %q, nothing was changed", answer, p.app.Name)
	}
	return nil
}

// deletable fails if the state folder holds what the target does not stop. A
// cluster keeps its history to itself, and the folder may be that of an app
// which runs on this machine.
func (a *app) deletable(p place, t deploy.Target) error {
	remote, ok := t.(elsewhere)
	if !ok {
		return p.alone()
	}
	where := remote.Where()
	which := a.global.cluster.which(where)
	hint := fmt.Sprintf("version-manager cleanup %s && kubectl %s delete configmap,secret,lease -l app.kubernetes.io/managed-by=%s,app.kubernetes.io/name=%s",
		which, which, kube.Manager, p.app.Name)
	return problem.New(problem.Usage, hint, "--all deletes what this machine keeps, and namespace %s keeps the history of %s itself: nothing was changed", where.Namespace, p.app.Name)
}

// alone fails if other apps keep something in the same state folder.
func (p place) alone() error {
	entries, err := os.ReadDir(filepath.Join(p.state, "apps"))
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("look into the state folder: %w", err)
	}
	var others []string
	for _, e := range entries {
		if e.Name() != p.app.Name {
			others = append(others, e.Name())
		}
	}
	if len(others) > 0 {
		return problem.New(problem.Failed, "version-manager cleanup", "%s also belongs to %s and is not deleted", p.state, strings.Join(others, ", "))
	}
	return nil
}
