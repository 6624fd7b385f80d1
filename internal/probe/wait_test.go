package probe

import (
	"context"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/wait"
)

// WaitAnswers returns when n requests that were due at since or later came to
// an end, well or badly, or with ctx's error.
func (p *Prober) WaitAnswers(ctx context.Context, n int, since time.Time) error {
	for p.StatsSince(color.None, since).Sent < n {
		if err := wait.SleepContext(ctx, 10*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}
