package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

type listOptions struct{ *app }

// listed is one version in the answer of list.
type listed struct {
	Version release.Version `json:"version"`
	State   string          `json:"state,omitempty"` // "active on blue", "standby on green", "not built here", or "active on blue, not built here"
	Time    time.Time       `json:"time,omitzero"`   // of the commit, if it is built
	Commit  string          `json:"commit"`
	Image   string          `json:"image,omitempty"`
	Message string          `json:"message,omitempty"`
	Tagged  bool            `json:"tagged"`
	Built   bool            `json:"built"`           // it can be deployed
	Moved   string          `json:"moved,omitempty"` // the commit that the tag names now, if it is not commit
}

func newList(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "list all versions, newest first",
		Long: "Lists all versions, newest first in semantic version order: v1.10.0 is newer than v1.9.0. STATE shows " +
			"which version has the traffic and which one is on standby for a rollback.",
		Example:           "  version-manager list\n  version-manager list -o json",
		GroupID:           "releases",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return runList(c.Context(), listOptions{a}) },
	}
}

func runList(ctx context.Context, o listOptions) error {
	p, err := o.place()
	if err != nil {
		return err
	}
	repo, err := release.Open(ctx, p.root)
	if err != nil {
		repo = nil // what was built can be listed without git
	}
	entries, err := release.Entries(ctx, repo, p.store(), p.app.Name)
	if err != nil && len(entries) == 0 {
		return err
	}
	if err != nil {
		o.note("damaged and left out: %v", err)
	}
	now := o.glance(ctx, p)
	answer := []listed{}
	for _, e := range slices.Backward(entries) {
		answer = append(answer, listedOf(now, e))
		o.noteMoved(e.Version, e.Commit, e.Moved)
	}
	if len(answer) == 0 {
		o.next("version-manager create v1.0.0 -m 'first version'")
	}
	return o.io.Answer(o.global.format, answer, func() error { return o.print(answer) })
}

func listedOf(now deploy.Observed, e release.Entry) listed {
	l := listed{Version: e.Version, State: stateOf(now, e.Version), Commit: e.Commit, Message: e.Message, Tagged: e.Tagged, Built: e.Built, Moved: e.Moved}
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

// restorable adds to the error about a version that is not here how to build
// it, where its tag is: as in a clone on a second machine.
func (a *app) restorable(ctx context.Context, p place, typed string, err error) error {
	v, unread := release.ParseVersion(typed)
	if problem.KindOf(err) != problem.NotFound || unread != nil || p.app.Name == "" {
		return err
	}
	repo, closed := release.Open(ctx, p.root)
	if closed != nil {
		return err
	}
	tags, _ := repo.Tags(ctx, p.app.Name) // of which there are none if they cannot be read
	if !slices.ContainsFunc(tags, func(t release.Tag) bool { return t.Version == v }) {
		return err
	}
	return problem.New(problem.NotFound, fmt.Sprintf("version-manager create %s", v), "%s has a tag and was not built here", v)
}

// glance looks at the target. Versions can be listed where it cannot be
// reached, so that is only a note.
func (a *app) glance(ctx context.Context, p place) deploy.Observed {
	t, err := a.target(p, reading)
	if err != nil {
		a.note("what runs is not known: %v", err)
		return deploy.Observed{}
	}
	now, err := t.Observe(ctx)
	if err != nil {
		a.note("what runs is not known: %v", err)
	}
	a.sayDown(now)
	return now
}

func (o listOptions) print(list []listed) error {
	table := ui.Table{Heading: []string{"VERSION", "STATE", "COMMITTED", "COMMIT", "IMAGE", "MESSAGE"}}
	for _, l := range list {
		committed := "-"
		if !l.Time.IsZero() {
			committed = ui.Age(l.Time, o.now())
		}
		table.Add(string(l.Version), l.State, committed, short(l.Commit), digest(l.Image), firstLine(l.Message))
	}
	return table.Print(o.io.Out)
}

// stateOf says whether a version runs, and where.
func stateOf(now deploy.Observed, v release.Version) string {
	for c, side := range now.Colors {
		switch {
		case side.Version != v:
		case c == now.Active:
			return "active on " + string(c)
		default:
			return "standby on " + string(c)
		}
	}
	return ""
}
