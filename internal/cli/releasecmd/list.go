// Package releasecmd has the commands about the versions of an app: create and
// list.
package releasecmd

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/ui"
)

// NewCommands returns the commands of this package.
func NewCommands(inv *command.Invocation, flags *targets.Flags) []*cobra.Command {
	return []*cobra.Command{newCreateCommand(inv, &flags.Project), newListCommand(inv, flags)}
}

type listOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
}

func newListCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := &cobra.Command{
		Use:   "list",
		Short: "list all versions, newest first",
		Long: "Lists all versions, newest first in semantic version order: v1.10.0 is newer than v1.9.0. STATE shows " +
			"which version has the traffic and which one is on standby for a rollback.",
		Example:           "  version-manager list\n  version-manager list -o json",
		GroupID:           "releases",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return runList(c.Context(), listOptions{inv, flags}) },
	}
	flags.AddTo(c.Flags())
	return c
}

func runList(ctx context.Context, o listOptions) error {
	p, err := project.Open(o.inv, o.flags.Project)
	if err != nil {
		return err
	}
	repo, err := gitrepo.OpenRepo(ctx, p.Root)
	if err != nil {
		repo = nil // what was built can be listed without git
	}
	entries, err := release.ListEntries(ctx, repo, p.Store(), p.App.Name)
	if err != nil && len(entries) == 0 {
		return err
	}
	if err != nil {
		o.inv.PrintNote("damaged and left out: %v", err)
	}
	now := o.observeTarget(ctx, p)
	answer := []answer.ListEntry{}
	for _, e := range slices.Backward(entries) {
		answer = append(answer, summarizeEntry(now, e))
		project.PrintMovedTag(o.inv, e.Version, e.Commit, e.Moved)
	}
	if len(answer) == 0 {
		o.inv.SuggestNext("version-manager create v1.0.0 -m 'first version'")
	}
	return o.inv.PrintAnswer(answer, func() error { return printList(o.inv, answer) })
}

func summarizeEntry(now deploy.Observed, e release.Entry) answer.ListEntry {
	l := answer.ListEntry{Version: e.Version, State: targets.DescribeVersion(now, e.Version), Commit: e.Commit, Message: e.Message, Tagged: e.Tagged, Built: e.Built, Moved: e.Moved}
	switch {
	case e.Release != nil:
		l.Time, l.Image = e.Release.Time, e.Release.Image
	case l.State != "":
		l.State += ", not built here"
	default:
		l.State = "not built here"
	}
	return l
}

// observeTarget looks at the target. Versions can be listed if it cannot be
// reached, so that is only noted.
func (o listOptions) observeTarget(ctx context.Context, p project.Project) deploy.Observed {
	t, err := targets.OpenTarget(o.inv, *o.flags, p, targets.ReadOnly)
	if err != nil {
		o.inv.PrintNote("cannot tell what is running: %v", err)
		return deploy.Observed{}
	}
	now, err := t.ObserveApp(ctx)
	if err != nil {
		o.inv.PrintNote("cannot tell what is running: %v", err)
	}
	targets.NoteDown(o.inv, now)
	return now
}

func printList(inv *command.Invocation, list []answer.ListEntry) error {
	table := ui.Table{Heading: []string{"VERSION", "STATE", "COMMITTED", "COMMIT", "IMAGE", "MESSAGE"}}
	for _, l := range list {
		committed := "-"
		if !l.Time.IsZero() {
			committed = ui.FormatAge(l.Time, inv.Now())
		}
		table.AddRow(string(l.Version), l.State, committed, command.ShortHash(l.Commit), command.ShortDigest(l.Image), command.FirstLine(l.Message))
	}
	return table.WriteTo(inv.Streams.Out)
}
