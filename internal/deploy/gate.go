package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy/healthcheck"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
	"version-manager/internal/progress"
)

// maxCrashes is how many crashes of an instance the gate tolerates. One can be
// bad luck; a second one is the version.
const maxCrashes = 1

// gate lets only a color through that has shown that it is healthy. So far no
// user has met it.
type gate struct {
	d      *deployment
	health *activeHealth
	old    *routeGuard // the color with the traffic keeps it until the switch
}

// gateConfig is the configured gate, or a short one for a color that is warm:
// it passed the long one when it was started and has been checked ever since.
func (p Plan) gateConfig() config.Gate {
	g := p.Release.Config.Gate
	if p.Warm {
		g.For = config.Duration{}
	}
	return g
}

// passGate passes when the new color gave enough healthy answers in a row, over
// long enough, with all its instances ready throughout. An answer that is
// missing starts the count again, so a flapping version never passes. If an
// autoscaler makes the active color larger meanwhile, the new one follows.
func (g *gate) passGate(ctx context.Context) (string, error) {
	limits := g.d.run.Plan.gateConfig()
	if now, err := g.d.target.ObserveApp(ctx); err == nil && g.health.mayHurry(now) {
		limits.For = config.Duration{} // it is ready, and users get errors meanwhile
	}
	bounded, cancel := awake.WithTimeout(ctx, limits.Timeout.Duration, fmt.Errorf("not healthy within %s", limits.Timeout))
	defer cancel()
	var s healthcheck.Streak
	for {
		side, want, err := g.matchCapacity(bounded)
		if crash := checkCrashes(side); crash != nil {
			return "", crash
		}
		if err == nil {
			err = g.checkHealth(bounded, side, want)
		}
		if ctx.Err() != nil {
			return "", ctx.Err()
		}
		if err == nil && s.Count > 0 && g.d.lock.pulse.SleptSince(s.Last) {
			s = healthcheck.Streak{} // an answer before the machine slept says nothing about the time after
		}
		if bounded.Err() == nil {
			s.AddAnswer(time.Now(), err) // otherwise the answer is the deadline's, and says less than the one before
		}
		if s.Count >= max(1, limits.Healthy) && s.TimeSpan() >= limits.For.Duration {
			return fmt.Sprintf("%d healthy answers in %s", s.Count, s.TimeSpan().Round(10*time.Millisecond)), nil
		}
		g.d.progress.ReportColor(progressStatus(side), "%s", describeGateState(s, side, want))
		if wait.SleepContext(bounded, pollInterval) != nil {
			return "", joinErrors(context.Cause(bounded), s.Failure)
		}
	}
}

func describeGateState(s healthcheck.Streak, side Side, want int) string {
	if s.Count > 0 {
		return fmt.Sprintf("%d/%d ready, healthy answers: %d", side.Ready(), want, s.Count)
	}
	if s.Failure != nil {
		return s.Failure.Error()
	}
	return fmt.Sprintf("%d/%d ready", side.Ready(), want)
}

// checkCrashes closes the gate early on a version that cannot live.
func checkCrashes(s Side) error {
	for _, i := range s.Instances {
		if i.Restarts > maxCrashes {
			return fmt.Errorf("%s crashed %d times: %s", i.ID, i.Restarts, i.Reason)
		}
	}
	return nil
}

// matchCapacity observes the new color and says how many instances it needs
// now, after it has asked for those that are missing.
func (g *gate) matchCapacity(ctx context.Context) (Side, int, error) {
	p := g.d.run.Plan
	now, err := g.d.observeTarget(ctx)
	if err != nil {
		return Side{}, p.Replicas, err
	}
	side, err := g.d.sideOf(now)
	if err != nil {
		return Side{}, p.Replicas, err
	}
	want := max(p.Replicas, now.Colors[p.Old].Want)
	switch {
	case p.Old != color.None && now.hasNoRoute():
		return side, want, g.old.checkRoute(ctx, now)
	case g.health.mayHurry(now):
		return side, 1, nil
	case len(now.Missing) > 0:
		err = g.d.mendColor(ctx, p.New, g.d.newSpec(want))
	case side.Want < want:
		err = g.d.lock.ApplySpec(ctx, p.New, g.d.newSpec(want))
	}
	return side, want, err
}

// checkHealth asks for one sign of health: all instances ready, and an answer
// through the preview address.
func (g *gate) checkHealth(ctx context.Context, s Side, want int) error {
	if ready := s.Ready(); ready < want {
		return fmt.Errorf("%d of %d instances ready%s", ready, want, s.notReadyReason())
	}
	return g.d.checkPreview(ctx, config.Smoke{Path: g.d.run.Plan.Release.Config.Health})
}

// runSmokeTests sends the configured requests to the new color before it gets
// any other. A warm color to which a rollback returns answered them when it
// came.
func (g *gate) runSmokeTests(ctx context.Context) (string, error) {
	list := g.d.run.Plan.Release.Config.Smoke
	if len(list) == 0 || g.d.run.Plan.Kind == Rollback && g.d.run.Plan.Warm {
		return "", progress.ErrNothingToDo
	}
	for _, check := range list {
		if err := g.d.checkPreview(ctx, check); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d answers as expected", len(list)), nil
}
