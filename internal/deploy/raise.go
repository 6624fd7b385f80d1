package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
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
	r       *runner
	step    string
	color   color.Color
	spec    Spec
	need    func(Observed) int // ready instances
	cancel  context.CancelFunc
	done    chan struct{} // closed once the target has said err
	err     error
	givenUp bool // whoever asked knows that it failed
}

// run asks the target for the instances and returns when enough of them are
// ready. What is missing then still comes: see runner.risen.
func (l *lift) run(ctx context.Context, limit time.Duration) (Observed, error) {
	l.ask(limit)
	ctx, enough := awake.WithTimeout(ctx, limit, fmt.Errorf("not ready within %s", limit))
	defer enough()
	now, err := l.wait(ctx)
	if err != nil {
		l.giveUp()
	}
	return now, err
}

// ask asks the target for the instances and does not wait. What was asked for
// before comes first: a target makes one change of a color after the other.
func (l *lift) ask(limit time.Duration) {
	before := l.r.rising
	asking, cancel := awake.WithTimeout(l.r.hold.life, limit, context.DeadlineExceeded)
	l.r.rising, l.cancel, l.done = l, cancel, make(chan struct{})
	go func() {
		defer close(l.done)
		defer cancel()
		if before != nil {
			<-before.done // by its own limit at the latest
		}
		l.err = l.r.hold.Apply(asking, l.color, l.spec)
	}()
}

func (l *lift) giveUp() {
	l.givenUp = true
	l.cancel()
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
		if l.ended() && l.err != nil {
			return now, both(err, l.err)
		}
		if wait.SleepContext(ctx, poll) != nil {
			return now, both(err, context.Cause(ctx))
		}
		side := now.Colors[l.color]
		l.r.progress.ReportDetail("%d/%d ready%s", side.Ready(), l.spec.Replicas, side.reason())
	}
}

// ended reports whether the target has answered.
func (l *lift) ended() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
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
	if l == nil {
		return
	}
	<-l.done
	if l.err != nil && !l.givenUp && r.hold.life.Err() == nil {
		r.remark(fmt.Sprintf("%s does not have all its instances: %v", l.color, l.err))
	}
}
