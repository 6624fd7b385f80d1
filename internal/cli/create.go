package cli

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

type createOptions struct {
	*app
	version string
	message string
	from    string
}

func newCreate(a *app) *cobra.Command {
	o := createOptions{app: a}
	c := &cobra.Command{
		Use:   "create VERSION",
		Short: "build a version from the commit in the work tree",
		Long: "Builds an immutable version from a commit: keeps the image and the configuration by their " +
			"digests, and tags the commit. Uncommitted files need -m, which commits them. A version whose tag exists " +
			"but that was never built here, as in a fresh clone, is built from its tag. The tag of an app that is not " +
			"at the root of its repository is named APP/VERSION.",
		Example:           "  version-manager create v1.1.0 -m 'new colors'\n  version-manager create v1.0.1 --from release-1.0",
		GroupID:           "releases",
		Args:              takes(1, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o.version = args[0]
			return runCreate(c.Context(), o)
		},
	}
	c.Flags().StringVarP(&o.message, "message", "m", "", "describe the change with `TEXT`; uncommitted files are committed with it")
	c.Flags().StringVar(&o.from, "from", "", "build the commit, branch, or tag `REF` instead of the work tree's commit")
	return c
}

func runCreate(ctx context.Context, o createOptions) error {
	v, err := release.ParseVersion(o.version)
	if err != nil {
		return problem.New(problem.Usage, "version-manager list", "%s", err.Error())
	}
	p, err := o.place()
	if err != nil {
		return err
	}
	if err := p.prepare(); err != nil {
		return err
	}
	m := newMaking(o.io.NewFace(o.progress(), o.now), o.now, p.app.Name, v)
	made, err := release.Create(ctx, release.Options{
		Dir: p.root, Version: v, Message: o.message, From: o.from, Store: p.store(), Progress: m.step,
	})
	m.end(err)
	for _, n := range made.Notes {
		o.note("%s", n)
	}
	if err != nil {
		return err
	}
	if err := o.io.Answer(o.global.format, made.Release, func() error { return o.print(made.Release) }); err != nil {
		return err
	}
	o.next("version-manager zero-downtime %s", v)
	return nil
}

func (o createOptions) print(r release.Release) error {
	facts := ui.Table{Uncut: true}
	facts.Add("version", string(r.Version))
	facts.Add("commit", r.Commit)
	facts.Add("image", r.Image)
	facts.Add("config", r.ConfigID)
	facts.Add("infrastructure", r.InfraID)
	if r.GoVersion != "" {
		facts.Add("built by", r.GoVersion+", "+ui.Plural(len(r.SBOM), "module"))
	}
	facts.Add("message", firstLine(r.Message))
	if !o.io.Out.Terminal {
		_, err := fmt.Fprintf(o.io.Out, "%s\t%s\n", r.Version, r.Image)
		return err
	}
	return facts.Print(o.io.Out)
}

// making shows the steps of a build as a deploy shows its own.
type making struct {
	face    ui.Face
	now     func() time.Time
	running string
	began   time.Time
}

func newMaking(face ui.Face, now func() time.Time, app string, v release.Version) *making {
	face.Show(progress.Event{
		Kind: progress.EventBegin, Time: now(), App: app, To: string(v), Detail: "create",
		Steps: []string{"export", "build", "image", "store", "tag"},
	})
	return &making{face: face, now: now}
}

// step is called when the named step begins.
func (m *making) step(name string) {
	m.close(progress.StatusDone)
	m.running, m.began = name, m.now()
	m.face.Show(progress.Event{Kind: progress.EventStep, Time: m.began, Step: name, Status: progress.StatusRunning})
}

func (m *making) end(err error) {
	status := progress.StatusDone
	if err != nil {
		status = progress.StatusFailed
	}
	m.close(status)
	m.face.Close()
}

func (m *making) close(status progress.Status) {
	if m.running == "" {
		return
	}
	m.face.Show(progress.Event{Kind: progress.EventStep, Time: m.now(), Step: m.running, Status: status, Elapsed: m.now().Sub(m.began)})
	m.running = ""
}
