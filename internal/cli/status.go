package cli

import (
	"bytes"
	"context"
	"io"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
	"version-manager/internal/ui"
)

type statusOptions struct {
	*app
	watch bool
	wait  time.Duration
}

// status is what runs now.
type status struct {
	deploy.Observed
	Newest *past `json:"newestDeploy,omitempty"`
	Open   bool  `json:"unfinished"` // the newest deploy is under way or was interrupted

	Warnings []string `json:"warnings,omitempty"` // what somebody has to do about this machine's entrances

	PublicHint  string `json:"publicHint,omitempty"`  // a command that asks the app, where DNS does not know its name
	PreviewHint string `json:"previewHint,omitempty"` // a command that asks the standby color, where its address alone is not enough
}

// interrupted reports that somebody has to go on with the newest deploy.
func (s status) interrupted() bool { return s.Open && s.Lock == nil }

// glancePause is how often status looks while it waits or watches this
// machine, farPause while it watches a cluster, which has others to answer.
const (
	glancePause = 500 * time.Millisecond
	farPause    = 2 * time.Second
)

func newStatus(a *app) *cobra.Command {
	o := statusOptions{app: a}
	c := &cobra.Command{
		Use:   "status",
		Short: "show what is running and which version has the traffic",
		Long: "Shows what is running: both colors with their instances, which one has the traffic, the addresses, and " +
			"the newest deploy; in a cluster also nodes, services, autoscaling, and the newest events (all recent " +
			"ones with -o json). With --wait, it returns when no command is changing the app any more, with exit code " +
			"8 if one still is at the end of that time.",
		Example:           "  version-manager status\n  version-manager status --watch\n  version-manager status --wait 60s -o json",
		GroupID:           "running",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.wait < 0:
				return usage(c, "--wait %s is negative", o.wait)
			case o.watch && o.wait > 0:
				return usage(c, "--watch never ends and --wait does: choose one")
			}
			return runStatus(c.Context(), o)
		},
	}
	c.Flags().BoolVarP(&o.watch, "watch", "w", false, "keep showing changes until Ctrl-C")
	c.Flags().DurationVar(&o.wait, "wait", 0, "wait at most this long until no command is changing the app")
	return c
}

func runStatus(ctx context.Context, o statusOptions) error {
	p, t, err := o.open(reading)
	if err != nil {
		return err
	}
	switch {
	case o.watch:
		return o.follow(ctx, p, t)
	case o.wait > 0:
		return o.await(ctx, p, t)
	}
	return o.once(ctx, p, t)
}

// once prints the status as it is now.
func (o statusOptions) once(ctx context.Context, p place, t deploy.Target) error {
	s, err := o.look(ctx, t)
	if err != nil {
		return err
	}
	if err := o.io.Answer(o.global.format, s, func() error { return o.print(s) }); err != nil {
		return err
	}
	switch {
	case s.Down && !s.interrupted():
		o.sayDown(s.Observed)
	case s.interrupted():
		o.next("version-manager resume    (or, to take it back: version-manager rollback)")
	case s.Active == color.None:
		o.next("version-manager list")
	}
	return nil
}

func (o statusOptions) look(ctx context.Context, t deploy.Target) (status, error) {
	now, err := observe(ctx, t)
	if err != nil {
		return status{}, err
	}
	if now.Cluster, err = surroundings(ctx, t); err != nil {
		return status{}, err
	}
	runs, err := o.past(ctx, t)
	if err != nil {
		return status{}, err
	}
	s := status{Observed: now, Warnings: now.Entrances.Warnings(o.now())}
	if _, here := t.(listening); here && len(now.Colors) > 0 {
		if b, err := o.bootService(); err == nil {
			s.Warnings = append(s.Warnings, b.warnings()...)
		}
	}
	if h, ok := t.(hinted); ok {
		s.PublicHint, s.PreviewHint = h.PublicHint(ctx), h.PreviewHint(ctx)
	}
	for _, r := range newest(runs, 1) {
		of := pastOf(r)
		s.Newest, s.Open = &of, !of.Phase.Ended()
	}
	return s, nil
}

// await returns when nobody holds the target's lock.
func (o statusOptions) await(ctx context.Context, p place, t deploy.Target) error {
	deadline := time.Now().Add(o.wait)
	for {
		now, err := observe(ctx, t)
		if err != nil {
			return err
		}
		if now.Lock == nil {
			return o.once(ctx, p, t)
		}
		if time.Now().After(deadline) {
			if err := o.once(ctx, p, t); err != nil {
				return err
			}
			return problem.New(problem.Running, "version-manager status --wait "+o.wait.String(),
				"%s is still changing the app after %s", now.Lock.Name, o.wait)
		}
		if err := wait.SleepContext(ctx, min(glancePause, time.Until(deadline))); err != nil {
			return err
		}
	}
}

// follow prints the status whenever it has changed; on a terminal in place of
// the one before.
func (o statusOptions) follow(ctx context.Context, p place, t deploy.Target) error {
	out := o.io.Out
	every := glancePause
	if _, far := t.(elsewhere); far {
		every = farPause
	}
	last := ""
	for {
		var now bytes.Buffer
		quietly := *o.app
		streams := *o.io
		shown := *out
		shown.Writer = &now
		streams.Out, quietly.io, quietly.global.quiet = &shown, &streams, true
		if err := (statusOptions{app: &quietly}).once(ctx, p, t); err != nil {
			return err
		}
		frame := now.String()
		if out.Terminal && o.global.format == ui.Text {
			frame = out.Screenful(frame)
		}
		if frame != last {
			between := ""
			if last != "" && o.global.format == ui.YAML {
				between = "---\n"
			}
			last = frame
			if _, err := io.WriteString(out, between+frame); err != nil {
				return err
			}
		}
		if err := wait.SleepContext(ctx, every); err != nil {
			return err
		}
	}
}
