package cli

import (
	"context"
	"iter"

	"version-manager/internal/deploy"
)

// history reads all deploys. Damage of one is said, and hides no other.
func (a *app) history(ctx context.Context, t deploy.Target) ([]deploy.Run, error) {
	runs, err := deploy.History(ctx, t.History())
	if err != nil && len(runs) == 0 {
		return nil, err
	}
	if err != nil {
		a.note("history is damaged: %v", err)
	}
	return runs, nil
}

// past yields all deploys, newest first, and reads none that is not asked for.
// Damage of one is said once, and hides no other.
func (a *app) past(ctx context.Context, t deploy.Target) (iter.Seq[deploy.Run], error) {
	all, err := deploy.Backward(ctx, t.History())
	if err != nil {
		return nil, err
	}
	said := map[string]bool{}
	return func(yield func(deploy.Run) bool) {
		for run, err := range all {
			if err != nil && !said[run.ID] {
				said[run.ID] = true
				a.note("history is damaged: %v", err)
			}
			if run.Plan.App != "" && !yield(run) {
				return
			}
		}
	}, nil
}

// newest returns the first n of runs, or as many as there are.
func newest(runs iter.Seq[deploy.Run], n int) (list []deploy.Run) {
	for r := range runs {
		if list = append(list, r); len(list) == n {
			break
		}
	}
	return list
}

// latest is the newest of runs. Without any it is one that is done.
func latest(runs iter.Seq[deploy.Run]) deploy.Run {
	for r := range runs {
		return r
	}
	return deploy.Run{Phase: deploy.Done}
}
