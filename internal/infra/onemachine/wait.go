package onemachine

import (
	"context"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
)

// pollInterval is the time between two questions of waitUntil.
const pollInterval = 100 * time.Millisecond

// waitUntil asks again and again until the answer is yes or the time is up.
// what names the thing that is waited for.
func waitUntil(ctx context.Context, timeout time.Duration, what string, ask func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	err := wait.PollUntil(ctx, pollInterval, func(ctx context.Context) (bool, error) { return ask(ctx), nil })
	if err != nil {
		return problem.Wrap(err, problem.Failed, "version-manager cluster status", "wait for %s", what)
	}
	return nil
}
