package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/probe"
	"version-manager/internal/release"
	"version-manager/test/rig"
)

// series kills one process at every write of one command.
type series struct {
	command string // deploy or rollback
	victim  string // cli or agent
	when    string // before or after the write
}

// outcome is the result of a series.
type outcome struct {
	series
	kills, converged int
	sent, failed     int
	refused          int
	gap              time.Duration // the longest without a good answer
	faults           []string
}

// crash is one app under load.
type crash struct {
	*rig.Rig
	versions [2]release.Version
}

func setUp(ctx context.Context) (*crash, error) {
	r, err := rig.NewRig(ctx, "crashtest")
	if err != nil {
		return nil, err
	}
	c := &crash{Rig: r, versions: [2]release.Version{"v1.0.0", "v1.1.0"}}
	for _, v := range c.versions {
		err := r.CreateVersion(ctx, string(v), rig.Config{Bake: 300 * time.Millisecond, Drain: 5 * time.Second, Replicas: 2, Extra: "gate: {healthy: 3, for: 200ms}"})
		if err != nil {
			r.Close()
			return nil, err
		}
	}
	if err := r.MustRun(ctx, "deploy", string(c.versions[0])); err != nil {
		r.Close()
		return nil, err
	}
	return c, nil
}

// startLoad starts the requests that users send meanwhile.
func (c *crash) startLoad(ctx context.Context) *probe.Prober {
	return probe.Load{
		Base: c.BaseURL(), Rate: 200, Timeout: 5 * time.Second,
		Mix: []probe.Part{
			{Kind: probe.Kept, Weight: 150, Path: "/version"},
			{Kind: probe.Fresh, Weight: 48, Path: "/version"},
			{Kind: probe.Slow, Weight: 2, Path: "/slow?for=400ms"},
		},
	}.Start(ctx)
}

// runSeries kills at the first write, the second, and so on, until the command
// finishes undisturbed.
func (c *crash) runSeries(ctx context.Context, s series) (outcome, error) {
	o := outcome{series: s}
	load := c.startLoad(ctx)
	for seq := 1; ; seq++ {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s killed %s write %d of %s", s.victim, s.when, seq, s.command)
		hit, fault, err := c.runOnce(ctx, s, fmt.Sprintf("%s:%d", s.when, seq))
		if err != nil {
			return o, err
		}
		if fault != "" {
			o.faults = append(o.faults, fmt.Sprintf("%s write %d: %s", s.when, seq, fault))
		}
		if !hit {
			break
		}
		o.kills++
		if fault == "" {
			o.converged++
		}
	}
	m := load.Stop()
	o.sent, o.failed, o.refused = m.Sent, m.Failed, m.Causes[probe.Refused]
	o.gap = time.Duration(m.Gap * probe.Millis(time.Millisecond))
	return o, nil
}

// runOnce runs one command with one kill in it, and whatever it takes to finish.
func (c *crash) runOnce(ctx context.Context, s series, point string) (hit bool, fault string, err error) {
	before, err := c.ReadStatus(ctx)
	if err != nil {
		return false, "", err
	}
	to := c.versions[0]
	if before.Colors[before.Active].Version == to {
		to = c.versions[1]
	}
	env, marker := c.armKill(s.victim, point)
	res, err := c.RunCommand(ctx, env, s.command, string(to), "--progress", "plain")
	if err != nil {
		return false, "", err
	}
	hit = res.Code == -1
	if s.victim == "agent" {
		_, statErr := os.Stat(marker)
		hit = os.IsNotExist(statErr)
		os.Remove(marker)
	}
	if res.Code != 0 {
		if fault, err = c.resumeDeploy(ctx); fault != "" || err != nil {
			return hit, fault, err
		}
	}
	fault, err = c.checkClean(ctx)
	return hit, fault, err
}

// armKill names the moment of death: to the command line by its environment, to
// the agent, which runs already, by a file that it takes away when it dies.
func (c *crash) armKill(victim, point string) (env []string, marker string) {
	if victim == "cli" {
		return []string{"VERSION_MANAGER_KILL=" + point}, ""
	}
	marker = filepath.Join(c.StateDir(), "kill-agent")
	if err := os.WriteFile(marker, []byte(point), 0o600); err != nil {
		panic(err) // the folder was there a moment ago
	}
	return nil, marker
}

// resumeDeploy finishes what was left. Exit code 5 says that nothing was.
func (c *crash) resumeDeploy(ctx context.Context) (fault string, err error) {
	res, err := c.RunCommand(ctx, nil, "resume", "--progress", "plain")
	if err == nil && res.Code != 0 && res.Code != 5 {
		fault = fmt.Sprintf("resume: exit code %d: %s", res.Code, strings.TrimSpace(res.Err))
	}
	return fault, err
}

// checkClean checks that nothing is left half done: no open journal, no lock, the
// active color complete.
func (c *crash) checkClean(ctx context.Context) (fault string, err error) {
	now, err := c.ReadStatus(ctx)
	if err != nil {
		return "", err
	}
	res, err := c.RunCommand(ctx, nil, "history", "-o", "json")
	if err != nil {
		return "", err
	}
	var runs []struct{ Phase deploy.Phase }
	if err := json.Unmarshal([]byte(res.Out), &runs); err != nil {
		return "", fmt.Errorf("history: %w in %q", err, res.Out)
	}
	side := now.Colors[now.Active]
	switch {
	case now.Active == color.None:
		return "nothing is active", nil
	case side.Ready() < side.Want || side.Want < 2:
		return fmt.Sprintf("%d of %d instances ready", side.Ready(), side.Want), nil
	case now.Lock != nil:
		return "the lock is still held by " + now.Lock.Name, nil
	case len(runs) == 0 || !runs[0].Phase.Ended(): // newest first
		return fmt.Sprintf("the newest deploy is left unfinished: %+v", runs[:min(1, len(runs))]), nil
	}
	return "", nil
}
