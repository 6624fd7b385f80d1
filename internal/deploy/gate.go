package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
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
// missing starts the count again, so a flapping version never passes. Where an
// autoscaler makes the active color larger meanwhile, the new one follows.
func (r *runner) gate(ctx context.Context) (string, error) {
	g := r.run.Plan.gate()
	if now, err := r.target.Observe(ctx); err == nil && r.hurries(now) {
		g.For = config.Duration{} // it is ready, and users get errors meanwhile
	}
	bounded, cancel := awake.WithTimeout(ctx, g.Timeout.Duration, fmt.Errorf("not healthy within %s", g.Timeout))
	defer cancel()
	var s streak
	for {
		side, want, err := r.matched(bounded)
		if crash := crashed(side); crash != nil {
			return "", crash
		}
		if err == nil {
			err = r.healthy(bounded, side, want)
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err == nil && s.count > 0 && r.hold.pulse.SleptSince(s.last) {
			s = streak{} // an answer before the machine slept says nothing of the time after
		}
		if bounded.Err() == nil {
			s.add(time.Now(), err) // else the answer is the deadline's, and says less than the one before
		}
		if s.count >= max(1, g.Healthy) && s.length() >= g.For.Duration {
			return fmt.Sprintf("%d healthy answers in %s", s.count, s.length().Round(10*time.Millisecond)), nil
		}
		r.progress.ReportColor(progressStatus(side), "%s", s.describe(side, want))
		if wait.SleepContext(bounded, poll) != nil {
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

// matched observes the new color and says how many instances it needs now,
// after it has asked for those that are missing.
func (r *runner) matched(ctx context.Context) (Side, int, error) {
	p := r.run.Plan
	now, err := r.target.Observe(ctx)
	if err != nil {
		return Side{}, p.Replicas, fmt.Errorf("look at the target: %w", err)
	}
	side, ok := now.Colors[p.New]
	if !ok {
		return Side{}, p.Replicas, fmt.Errorf("%s is gone", p.New)
	}
	want := max(p.Replicas, now.Colors[p.Old].Want)
	switch {
	case p.Old != color.None && now.gone():
		return side, want, r.holds.check(ctx, now)
	case r.hurries(now):
		return side, 1, nil
	case len(now.Missing) > 0:
		err = r.mend(ctx, p.New, r.spec(want))
	case side.Want < want:
		err = r.hold.Apply(ctx, p.New, r.spec(want))
	}
	return side, want, err
}

// healthy asks for one sign of health: all instances ready, and an answer
// through the preview address.
func (r *runner) healthy(ctx context.Context, s Side, want int) error {
	if ready := s.Ready(); ready < want {
		return fmt.Errorf("%d of %d instances ready%s", ready, want, s.reason())
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
