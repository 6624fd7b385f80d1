package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/config"
)

// crashes that a starting color may have before the gate closes. One can be
// bad luck; a second one is the version.
const crashes = 1

// gate is the configured one, or a short one for a color that is warm: it
// passed the long one when it was started and has been checked ever since.
func (p Plan) gate() config.Gate {
	g := p.Release.Config.Gate
	if p.Warm {
		g.For = config.Duration{}
	}
	return g
}

// gate passes when the new color gave enough healthy answers in a row, over
// long enough, with all its instances ready throughout. An answer that is
// missing starts the count again, so a flapping version never passes.
func (r *runner) gate(ctx context.Context) (string, error) {
	g := r.run.Plan.gate()
	bounded, cancel := context.WithTimeoutCause(ctx, g.Timeout.Duration, fmt.Errorf("not healthy within %s", g.Timeout))
	defer cancel()
	var s streak
	for {
		side, err := r.side(bounded)
		if err == nil {
			err = crashed(side)
			if err != nil {
				return "", err
			}
			err = r.healthy(bounded, side)
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if bounded.Err() == nil {
			s.add(time.Now(), err) // else the answer is the deadline's, and says less than the one before
		}
		if s.count >= max(1, g.Healthy) && s.length() >= g.For.Duration {
			return fmt.Sprintf("%d healthy answers in %s", s.count, s.length().Round(10*time.Millisecond)), nil
		}
		r.progress("gate", s.describe(side, r.run.Plan.Replicas), &side)
		if wait(bounded, poll) != nil {
			return "", both(context.Cause(bounded), s.reason)
		}
	}
}

// crashed closes the gate early on a version that cannot live.
func crashed(s Side) error {
	for _, i := range s.Instances {
		if i.Restarts > crashes {
			return fmt.Errorf("%s crashed %d times: %s", i.ID, i.Restarts, i.Reason)
		}
	}
	return nil
}

// healthy asks for one sign of health: all instances ready, and an answer
// through the preview address.
func (r *runner) healthy(ctx context.Context, s Side) error {
	if ready := s.Ready(); ready < r.run.Plan.Replicas {
		return fmt.Errorf("%d of %d instances ready%s", ready, r.run.Plan.Replicas, s.reason())
	}
	return r.ask(ctx, config.Smoke{Path: r.run.Plan.Release.Config.Health})
}

// reason names why an instance is not ready.
func (s Side) reason() string {
	for _, i := range s.Instances {
		if !i.Ready && i.Reason != "" {
			return fmt.Sprintf(" (%s: %s)", i.ID, i.Reason)
		}
	}
	return ""
}

// streak counts healthy answers in a row.
type streak struct {
	count       int
	first, last time.Time
	reason      error // of the newest break
}

func (s *streak) add(now time.Time, err error) {
	if err != nil {
		*s = streak{reason: err}
		return
	}
	if s.count == 0 {
		s.first = now
	}
	s.count, s.last = s.count+1, now
}

func (s *streak) length() time.Duration { return s.last.Sub(s.first) }

func (s *streak) describe(side Side, want int) string {
	if s.count > 0 {
		return fmt.Sprintf("%d/%d ready, healthy answers: %d", side.Ready(), want, s.count)
	}
	if s.reason != nil {
		return s.reason.Error()
	}
	return fmt.Sprintf("%d/%d ready", side.Ready(), want)
}
