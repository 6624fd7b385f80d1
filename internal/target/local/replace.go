package local

import (
	"context"
	"net/http"
	"os/exec"
	"path/filepath"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

// matchAgent returns when the agent runs the program that this process would
// start. Any other agent is asked to let this program take over. The next agent
// does not know what the former one still has in flight, so matchAgent waits for
// its end: a deploy might stop the instances that work on these requests.
func (c *client) matchAgent(ctx context.Context) error {
	req, err := c.starter.replaceRequest()
	if err != nil {
		return err
	}
	var asked time.Time
	var former api.ReplaceAnswer
	for {
		var now api.PingAnswer
		if err := c.callAgent(ctx, http.MethodGet, api.PingPath, 0, nil, &now); err != nil {
			return err
		}
		if now.Build == req.Build {
			return waitFormerAgent(ctx, former)
		}
		if asked.IsZero() {
			if err := c.callAgent(ctx, http.MethodPost, api.ReplacePath, 0, req, &former); err != nil {
				return problem.Wrap(err, problem.Failed, "", "replace the agent with %s", req.Argv[0])
			}
			asked = time.Now()
		}
		if time.Since(asked) > defaultAnswerTimeout {
			return problem.New(problem.Failed, "repeat the same command", "a program other than %s serves %s", req.Argv[0], c.starter.state)
		}
		if err := wait.SleepContext(ctx, firstRetryDelay); err != nil { // the former agent may answer once more
			return err
		}
	}
}

// waitFormerAgent returns when a former agent has ended that had requests in flight.
func waitFormerAgent(ctx context.Context, former api.ReplaceAnswer) error {
	if former.InFlight == 0 {
		return nil
	}
	last, cancel := awake.WithTimeout(ctx, api.MaxFinishTime+defaultAnswerTimeout, context.DeadlineExceeded)
	defer cancel()
	_ = process.Identity{PID: former.Agent, Start: former.Started}.Wait(last) // one that hangs must not block deploys
	return ctx.Err()
}

func (s *starter) replaceRequest() (r api.ReplaceRequest, err error) {
	r.Argv = s.agentCommand()
	if r.Argv[0], err = exec.LookPath(r.Argv[0]); err == nil {
		r.Argv[0], err = filepath.Abs(r.Argv[0])
	}
	if err == nil {
		r.Build, err = api.BuildOf(r.Argv[0])
	}
	return r, err
}
