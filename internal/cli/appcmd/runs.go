package appcmd

import (
	"context"
	"iter"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// openNewestFirst opens the app for a command that changes something and needs
// to know the newest deploys.
func openNewestFirst(ctx context.Context, inv *command.Invocation, f targets.Flags) (targets.App, iter.Seq[deploy.Run], error) {
	app, err := targets.OpenApp(inv, f, targets.Change)
	if err != nil {
		return app, nil, err
	}
	runs, err := runsNewestFirst(ctx, inv, app.Target)
	return app, runs, err
}

// readRuns reads all deploys, oldest first. A damaged one is noted and does
// not hide the others.
func readRuns(ctx context.Context, inv *command.Invocation, t deploy.Target) ([]deploy.Run, error) {
	runs, err := deploy.ReadHistory(ctx, t.JournalReader())
	if err != nil && len(runs) == 0 {
		return nil, err
	}
	if err != nil {
		inv.PrintNote("the history is damaged: %v", err)
	}
	return runs, nil
}

// runsNewestFirst yields all deploys and reads only those that are consumed. A
// damaged one is noted once and does not hide the others.
func runsNewestFirst(ctx context.Context, inv *command.Invocation, t deploy.Target) (iter.Seq[deploy.Run], error) {
	all, err := deploy.NewestFirst(ctx, t.JournalReader())
	if err != nil {
		return nil, err
	}
	noted := map[string]bool{}
	return func(yield func(deploy.Run) bool) {
		for run, err := range all {
			if err != nil && !noted[run.ID] {
				noted[run.ID] = true
				inv.PrintNote("the history is damaged: %v", err)
			}
			if run.Plan.App != "" && !yield(run) {
				return
			}
		}
	}, nil
}

// firstRuns returns the first n of runs, or as many as there are.
func firstRuns(runs iter.Seq[deploy.Run], n int) (list []deploy.Run) {
	for r := range runs {
		if list = append(list, r); len(list) == n {
			break
		}
	}
	return list
}

// newestRun returns the first of runs. Without runs it returns one that is done.
func newestRun(runs iter.Seq[deploy.Run]) deploy.Run {
	for r := range runs {
		return r
	}
	return deploy.Run{Phase: deploy.Done}
}

// findDeployed returns the release of a version that runs or ran. If it was
// created on another machine, it is not in this state folder, but its record is
// in the journals. The runs come newest first.
func findDeployed(p project.Project, typed string, runs iter.Seq[deploy.Run]) (release.Release, error) {
	rel, err := p.GetRelease(typed)
	if problem.KindOf(err) != problem.NotFound {
		return rel, err
	}
	v, _ := release.ParseVersion(typed) // GetRelease has parsed it
	for r := range runs {
		if r.Plan.To() == v {
			return r.Plan.Release, nil
		}
	}
	return rel, err
}
