package local

import (
	"context"
	"errors"
	"net/http"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/keeper"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
)

// stopTimeout is how long instances and agent may take to end.
const stopTimeout = 2 * time.Minute

// StopAgent ends everything that runs from the state folder, and its agent. The
// next agent starts it again, here or wherever the folder is by then. If nothing
// runs, StopAgent does nothing.
func (t *Target) StopAgent(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stopTimeout)
	defer cancel()
	c := *t.client
	c.passive = true
	if err := c.callAgent(ctx, http.MethodPost, api.StopPath, 0, nil, nil); err != nil && !errors.Is(err, errNoAgent) {
		return err
	}
	for keeper.IsServed(t.state) {
		if err := wait.SleepContext(ctx, maxRetryDelay/10); err != nil {
			return problem.Wrap(err, problem.Failed, "tail "+c.starter.logPath(), "wait for the agent of %s to end", t.state)
		}
	}
	return nil
}
