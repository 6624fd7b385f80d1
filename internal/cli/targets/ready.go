package targets

import (
	"context"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
)

// readyTimeout is how long [App.WaitReady] waits.
const readyTimeout = time.Minute

// readyInterval is how often it looks.
const readyInterval = 100 * time.Millisecond

// WaitReady returns when all instances of the active version are ready. If the
// app was opened to [Change] this machine, the first look starts the agent.
func (a App) WaitReady(ctx context.Context) error {
	limited, cancel := context.WithTimeout(ctx, readyTimeout)
	defer cancel()
	for {
		now, err := a.Observe(ctx)
		if err != nil {
			return err
		}
		side, ok := now.Colors[now.Active]
		switch {
		case !ok:
			return a.NotDeployed()
		case side.Ready() >= side.Want:
			return nil
		}
		if wait.SleepContext(limited, readyInterval) != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return problem.New(problem.Failed, "version-manager logs --tail 20", "%d of %d instances of %s were not ready after %s",
				side.Want-side.Ready(), side.Want, side.Version, readyTimeout)
		}
	}
}
