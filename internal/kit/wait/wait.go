// Package wait has the two waits that end with a context.
package wait

import (
	"context"
	"time"
)

// SleepContext returns after d, or as soon as ctx ends: then with the cause of
// the end. A d of zero or less only looks at the context.
func SleepContext(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return context.Cause(ctx)
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// PollUntil calls condition, at once and then every interval, until it returns
// true or an error. If ctx ends first, PollUntil returns the cause of the end.
// The condition gets ctx, and should end with it.
func PollUntil(ctx context.Context, interval time.Duration, condition func(context.Context) (bool, error)) error {
	for {
		if done, err := condition(ctx); done || err != nil {
			return err
		}
		if err := SleepContext(ctx, interval); err != nil {
			return err
		}
	}
}
