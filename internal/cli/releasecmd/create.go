package releasecmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

type createOptions struct {
	inv     *command.Invocation
	flags   *project.Flags
	version string
	message string
	from    string
}

func newCreateCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	o := createOptions{inv: inv, flags: flags}
	c := &cobra.Command{
		Use:   "create VERSION",
		Short: "build a version from the commit in the work tree",
		Long: "Builds an immutable version from a commit: keeps the image and the configuration by their " +
			"digests, and tags the commit. Uncommitted files need -m, which commits them. A version whose tag exists " +
			"but that was never built here, as in a fresh clone, is built from its tag. The tag of an app that is not " +
			"at the root of its repository is named APP/VERSION.",
		Example:           "  version-manager create v1.1.0 -m 'new colors'\n  version-manager create v1.0.1 --from release-1.0",
		GroupID:           "releases",
		Args:              command.RequireArgs(1, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o.version = args[0]
			return runCreate(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().StringVarP(&o.message, "message", "m", "", "describe the change with `TEXT`; uncommitted files are committed with it")
	c.Flags().StringVar(&o.from, "from", "", "build the commit, branch, or tag `REF` instead of the work tree's commit")
	return c
}

func runCreate(ctx context.Context, o createOptions) error {
	v, err := release.ParseVersion(o.version)
	if err != nil {
		return problem.New(problem.Usage, "version-manager list", "%s", err.Error())
	}
	p, err := project.Open(o.inv, *o.flags)
	if err != nil {
		return err
	}
	if err := p.PrepareState(); err != nil {
		return err
	}
	if string(v) != o.version {
		o.inv.PrintNote("%s is short for %s", o.version, v)
	}
	made, err := o.createRelease(ctx, p, v)
	for _, n := range made.Notes {
		o.inv.PrintNote("%s", n)
	}
	if err != nil {
		return err
	}
	if err := o.inv.PrintAnswer(made.Release, func() error { return printRelease(o.inv, made.Release) }); err != nil {
		return err
	}
	o.inv.SuggestNext("version-manager zero-downtime %s", v)
	return nil
}

// createRelease builds the version and shows its steps.
func (o createOptions) createRelease(ctx context.Context, p project.Project, v release.Version) (made release.Created, err error) {
	operation := progress.Operation{Name: "create", App: p.App.Name, To: string(v), Steps: release.Steps()}
	err = o.inv.WithReporter(operation, func(r *progress.Reporter) (err error) {
		made, err = release.CreateVersion(ctx, release.Options{
			Dir: p.Root, Version: v, Message: o.message, From: o.from, Store: p.Store(), Progress: r,
		})
		return err
	})
	return made, err
}

func printRelease(inv *command.Invocation, r release.Release) error {
	facts := ui.Table{KeepWide: true}
	facts.AddRow("version", string(r.Version))
	facts.AddRow("commit", r.Commit)
	facts.AddRow("image", r.Image)
	facts.AddRow("config", r.ConfigID)
	facts.AddRow("infrastructure", r.InfraID)
	if r.GoVersion != "" {
		facts.AddRow("built by", r.GoVersion+", "+ui.FormatPlural(len(r.SBOM), "module"))
	}
	facts.AddRow("message", command.FirstLine(r.Message))
	return facts.WriteTo(inv.Streams.Out)
}
