// Package pause waits, but never longer than a context lives.
package wait

import (
	"context"
	"time"
)

// For returns after d, or as soon as ctx ends: then with the cause of that.
func For(ctx context.Context, d time.Duration) error {
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
