package appcmd

import (
	"context"
	"fmt"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/report"
)

func (r runner) printReport(answer report.Report) error {
	return r.inv.PrintAnswer(answer, func() error { return r.inv.PrintLines(report.Summarize(answer)...) })
}

// printNothingToDo is the answer if the release has the traffic already: a
// report without a deploy.
func (r runner) printNothingToDo(kind deploy.Kind, rel release.Release) error {
	now, text := r.inv.Now().UTC(), fmt.Sprintf("%s already has all the traffic: nothing to do", rel.Version)
	answer := report.Report{
		App: rel.App, Kind: string(kind), From: string(rel.Version), To: string(rel.Version),
		Started: now, Ended: now, Outcome: string(deploy.Done), Steps: []report.Span{}, Notes: []string{text},
	}
	return r.inv.PrintAnswer(answer, func() error { return r.inv.PrintLines(text) })
}

// noteKeptSecrets tells a person who deploys the active version once more,
// perhaps because a secret has changed, how the app gets the new value: from a
// second version of the same commit.
func (r runner) noteKeptSecrets(ctx context.Context, active release.Release) {
	if len(active.Config.Secrets) == 0 {
		return
	}
	p := r.app.Project
	repo, err := gitrepo.OpenRepo(ctx, p.Root)
	if err != nil {
		return // a version can only be created with git
	}
	entries, _ := release.ListEntries(ctx, repo, p.Store(), p.App.Name) // a damaged record still has its tag
	r.inv.PrintNote("%s keeps the secrets that it was started with; for new values, create another version of its commit and deploy that:\n  version-manager create %s --from %s",
		active.Version, nextVersion(active.Version, entries), active.Version)
}
