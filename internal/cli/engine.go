package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// measured runs one deploy of whatever kind and prints its report, also that
// of one which failed. The notes are shown with the deploy's own.
func (a *app) measured(p place, t deploy.Target, run func(*deploy.Engine) (probe.Report, error), notes ...string) error {
	defer survivingPipes()()
	style := a.progress()
	if err := a.allow(p, t); err != nil {
		return err
	}
	face := a.io.NewFace(style, a.now)
	for _, n := range notes {
		face.Show(progress.Event{Time: a.now(), Kind: progress.EventNote, Detail: n})
	}
	report, err := run(deploy.New(t, a.holder(), deploy.WithEvents(face.Show)))
	face.Close()
	if style == ui.Plain {
		err = withoutLines(err) // the face has shown them already
	}
	if report.Deploy != "" {
		if printErr := a.printReport(report); printErr != nil && err == nil {
			err = printErr
		}
	}
	return err
}

// shown runs what an engine does on t and shows it as a deploy is shown.
func (a *app) shown(t deploy.Target, do func(*deploy.Engine) error) error {
	defer survivingPipes()()
	face := a.io.NewFace(a.progress(), a.now)
	defer face.Close()
	return do(deploy.New(t, a.holder(), deploy.WithEvents(face.Show)))
}

// progress is how this call shows a deploy. What is asked for by name wins
// over --quiet.
func (a *app) progress() ui.Progress {
	if a.global.progress == ui.Auto && a.global.quiet {
		return ui.Quiet
	}
	return a.io.Resolve(a.global.progress, ui.Dumb(a.getenv))
}

// withoutLines takes the evidence out of a problem.
func withoutLines(err error) error {
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok {
		return err
	}
	bare := *p
	bare.Lines = nil
	return &bare
}

func (a *app) printReport(r probe.Report) error {
	return a.io.Answer(a.global.format, r, func() error {
		for _, line := range probe.Summary(r) {
			if err := a.io.Line("%s", line); err != nil {
				return err
			}
		}
		return nil
	})
}

// deploy takes the target to a release. It adds the secrets to what is
// requested.
func (a *app) deploy(ctx context.Context, p place, t deploy.Target, req deploy.Request) error {
	secrets, unset := a.secrets(req.Release.Config.Secrets)
	req.Secrets = secrets
	ports, err := a.portsFor(ctx, t, req.Release)
	if err != nil {
		return err
	}
	err = a.measured(p, t, func(e *deploy.Engine) (probe.Report, error) {
		return e.Run(ctx, req)
	}, slices.Concat(withheld(unset), ports, a.userNotes(p, t, req.Release))...)
	if !errors.Is(err, deploy.ErrAlreadyActive) {
		return err
	}
	if err := a.printNothingToDo(req.Kind, req.Release); err != nil {
		return err
	}
	if req.Kind != deploy.Rollback {
		a.sayUnshipped(ctx, p, req.Release)
		a.sayRenewal(ctx, p, req.Release)
	}
	return nil
}

// withheld is the note about secrets that are not set, none where all are.
func withheld(unset []string) []string {
	if len(unset) == 0 {
		return nil
	}
	return []string{"not set in the environment, so the app does not get it: " + strings.Join(unset, ", ")}
}

// sayRenewal tells whoever deploys the active version once more, perhaps for
// the sake of a changed secret, how the app gets that: from a second version of
// the same commit.
func (a *app) sayRenewal(ctx context.Context, p place, active release.Release) {
	if len(active.Config.Secrets) == 0 {
		return
	}
	repo, err := release.Open(ctx, p.root)
	if err != nil {
		return // a version is made with git alone
	}
	entries, _ := release.Entries(ctx, repo, p.store(), p.app.Name) // of a damaged record the tag is there
	a.note("%s keeps the secrets that it was started with; for new values of them make another version of its commit and deploy that: version-manager create %s --from %s",
		active.Version, following(active.Version, entries), active.Version)
}

// printNothingToDo is the answer where the release has the traffic already: a
// report without a deploy.
func (a *app) printNothingToDo(kind deploy.Kind, rel release.Release) error {
	now, said := a.now().UTC(), fmt.Sprintf("%s has all traffic already: nothing to do", rel.Version)
	r := probe.Report{
		App: rel.App, Kind: string(kind), From: string(rel.Version), To: string(rel.Version),
		Started: now, Ended: now, Outcome: string(deploy.Done), Steps: []probe.Span{}, Notes: []string{said},
	}
	return a.io.Answer(a.global.format, r, func() error {
		_, err := fmt.Fprintln(a.io.Out, said)
		return err
	})
}

// notDeployed is the answer where a command needs something that runs.
func notDeployed(p place) error {
	return problem.New(problem.NotFound, "version-manager list; version-manager deploy VERSION", "no version of %s is deployed", p.app.Name)
}
