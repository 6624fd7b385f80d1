package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/awake"
	"version-manager/internal/color"
	"version-manager/internal/pause"
)

const (
	failingWithin = 2 * time.Second // for which the active color is judged
	failingLeast  = 2               // requests that must have failed
	failingShare  = 0.1             // of the requests
)

// ailment tells whether the color with the traffic does its work. While it
// does, no color with less capacity may replace it; once it fails, whatever is
// ready is better.
type ailment struct {
	r     *runner
	color color.Color // whose counts first has
	first Side
}

func (a *ailment) fails(now Observed) bool {
	side := now.Colors[now.Active]
	if side.Ready() == 0 {
		return true
	}
	if a.color != now.Active || a.first.Requests > side.Requests {
		a.color, a.first = now.Active, side
	}
	answers, errors := side.Requests-a.first.Requests, side.Errors-min(a.first.Errors, side.Errors)
	if errors >= enoughErrors && share(errors, answers) > max(errorShare, 2*a.r.run.Baseline.Errors) {
		return true
	}
	return a.unanswered(now.Active)
}

// unanswered is what the probe knows of it.
func (a *ailment) unanswered(c color.Color) bool {
	if a.r.prober == nil {
		return false
	}
	since := time.Now().Add(-failingWithin)
	if since.Before(a.r.joined) {
		since = a.r.joined
	}
	s := a.r.prober.Window(c, since)
	return s.Failed >= failingLeast && float64(s.Failed) > failingShare*float64(s.Sent)
}

// lift is one color on its way to the capacity that it needs to take over.
type lift struct {
	r     *runner
	step  string
	color color.Color
	spec  Spec
	need  func(Observed) int // ready instances
	asked chan error         // what the target said; nil once it was heard
}

// run asks the target for the instances and returns when enough of them are
// ready. What is missing then still comes: see runner.risen.
func (l *lift) run(ctx context.Context, limit time.Duration) (Observed, error) {
	l.asked = make(chan error, 1)
	asking, cancel := awake.WithTimeout(l.r.hold.life, limit, context.DeadlineExceeded)
	go func() {
		defer cancel()
		l.asked <- l.r.hold.Apply(asking, l.color, l.spec)
	}()
	ctx, enough := awake.WithTimeout(ctx, limit, fmt.Errorf("not ready within %s", limit))
	defer enough()
	now, err := l.wait(ctx)
	if err != nil {
		cancel()
	}
	l.r.rising = l
	return now, err
}

func (l *lift) wait(ctx context.Context) (Observed, error) {
	for {
		now, err := l.r.target.Observe(ctx)
		if err == nil {
			err = l.carries(now)
		}
		if err == nil {
			return now, nil
		}
		if refused := l.heard(); refused != nil {
			return now, both(err, refused)
		}
		if pause.For(ctx, poll) != nil {
			return now, both(err, context.Cause(ctx))
		}
		side := now.Colors[l.color]
		l.r.progress(l.step, fmt.Sprintf("%d/%d ready%s", side.Ready(), l.spec.Replicas, side.reason()), nil)
	}
}

// heard is what the target said, if it has said anything yet.
func (l *lift) heard() error {
	select {
	case err := <-l.asked:
		l.asked = nil
		return err
	default:
		return nil
	}
}

func (l *lift) carries(now Observed) error {
	if side := now.Colors[l.color]; side.Version != l.spec.Release.Version {
		return fmt.Errorf("%s does not run in %s yet", l.spec.Release.Version, l.color)
	}
	return carries(now, l.color, l.need(now))
}

// risen waits for the instances that a color took over without.
func (r *runner) risen() {
	l := r.rising
	r.rising = nil
	if l == nil || l.asked == nil {
		return
	}
	if err := <-l.asked; err != nil && r.hold.life.Err() == nil {
		r.remark(fmt.Sprintf("%s does not have all its instances: %v", l.color, err))
	}
}
