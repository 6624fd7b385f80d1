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

// stopTimeout is how long what runs may take to end, and its agent after that.
const stopTimeout = 2 * time.Minute

// StopAgent ends everything that runs from the state folder, and its agent. It
// starts again what it ended when an agent is started again, here or where the
// folder is by then. Where nothing runs it does nothing.
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
