package onemachine

import (
	"context"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
)

// startTime is how long anything may take to answer for the first time.
const startTime = 90 * time.Second

// await asks again and again, until the answer is yes or the time is over.
func await(ctx context.Context, most time.Duration, what string, ask func(context.Context) bool) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	err := wait.PollUntil(ctx, 100*time.Millisecond, func(ctx context.Context) (bool, error) { return ask(ctx), nil })
	if err != nil {
		return problem.Wrap(err, problem.Failed, "version-manager cluster status", "wait for %s", what)
	}
	return nil
}
