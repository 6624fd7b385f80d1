package appcmd

import (
	"bytes"
	"context"
	"io"
	"time"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/ui"
)

// How often status looks while it waits or watches. A cluster has others to
// answer.
const (
	localInterval   = 500 * time.Millisecond
	clusterInterval = 2 * time.Second
)

// waitUnlocked prints the status when nobody holds the target's lock, or after
// the timeout.
func waitUnlocked(ctx context.Context, inv *command.Invocation, app targets.App, timeout time.Duration) error {
	deadline := time.Now().Add(timeout)
	for {
		now, err := app.Observe(ctx)
		if err != nil {
			return err
		}
		if now.Lock == nil {
			return printStatusOf(ctx, inv, app)
		}
		if time.Now().After(deadline) {
			if err := printStatusOf(ctx, inv, app); err != nil {
				return err
			}
			return problem.New(problem.Running, "version-manager status --wait "+timeout.String(),
				"%s is still changing the app after %s", now.Lock.Name, timeout)
		}
		if err := wait.SleepContext(ctx, min(localInterval, time.Until(deadline))); err != nil {
			return err
		}
	}
}

// watchStatus prints the status whenever it has changed; on a terminal in
// place of the one before.
func watchStatus(ctx context.Context, inv *command.Invocation, app targets.App) error {
	out := inv.Streams.Out
	interval := localInterval
	if _, ok := app.Target.(deploy.ClusterLocator); ok {
		interval = clusterInterval
	}
	for last := ""; ; {
		frame, err := renderStatus(ctx, inv, app)
		if err != nil {
			return err
		}
		if frame != last {
			between := ""
			if last != "" && inv.Global.Format == ui.YAML {
				between = "---\n"
			}
			last = frame
			if _, err := io.WriteString(out, between+frame); err != nil {
				return err
			}
		}
		if err := wait.SleepContext(ctx, interval); err != nil {
			return err
		}
	}
}

// renderStatus returns what [printStatusOf] prints to standard output, cut to
// the size of a terminal.
func renderStatus(ctx context.Context, inv *command.Invocation, app targets.App) (string, error) {
	var text bytes.Buffer
	quiet, streams, out := *inv, *inv.Streams, *inv.Streams.Out
	out.Writer = &text
	streams.Out, quiet.Streams, quiet.Global.Quiet = &out, &streams, true
	if err := printStatusOf(ctx, &quiet, app); err != nil {
		return "", err
	}
	if inv.Streams.Out.Terminal && inv.Global.Format == ui.Text {
		return inv.Streams.Out.FitScreen(text.String()), nil
	}
	return text.String(), nil
}
