package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/deploy/judge"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
)

const (
	judgeInterval = 100 * time.Millisecond // how often the watched color is judged
	// recoveryTimeout is how long a color without alternative may take to recover.
	recoveryTimeout = 15 * time.Second
)

// watcher has the steps that watch the new color while it has the traffic.
type watcher struct {
	d      *deployment
	scaler *scaler
}

// bakeColor watches the new color under real traffic, with the old one ready
// to take over again.
func (w *watcher) bakeColor(ctx context.Context) (string, error) {
	return w.watchColor(ctx, w.d.switchedSince(time.Now()), w.d.run.Plan.Release.Config.Bake.Duration)
}

// watchBriefly is the short watch of a deploy without bake.
//
// A rollback has nothing to go back to, so one failed request is no reason to
// stop and wait for a person: the color is watched until it was healthy for the
// whole time. What failed until then is in the report.
func (w *watcher) watchBriefly(ctx context.Context) (string, error) {
	recovering, cancel := awake.WithTimeout(ctx, recoveryTimeout, nil)
	defer cancel()
	since := w.d.switchedSince(time.Now())
	for {
		detail, err := w.watchColor(ctx, since, defaultWatchTime)
		if err == nil || ctx.Err() != nil || w.d.run.Plan.Kind != Rollback || recovering.Err() != nil || isDiverted(err) {
			return detail, err
		}
		if stopped := wait.SleepContext(ctx, judgeInterval); stopped != nil {
			return "", stopped
		}
		since = time.Now()
		w.d.progress.ReportDetail("%v; still watching", err)
	}
}

// watchAgain watches the new color briefly if another process watched it, at
// an unknown time: a step that makes a rollback impossible needs recent facts.
func (w *watcher) watchAgain(ctx context.Context) error {
	_, watched := w.d.run.lastStep(w.d.watchStep())
	if _, here := w.d.began[w.d.watchStep()]; here || !watched {
		return nil
	}
	if _, err := (&routeGuard{d: w.d, color: w.d.run.Plan.New}).awaitRoute(ctx); err != nil {
		return err
	}
	if !w.d.traffic.isRunning() { // there was no route when this process began
		w.d.startProbe()
	}
	_, err := w.watchColor(ctx, time.Now(), defaultWatchTime)
	return err
}

// watchColor judges the new color again and again for d, by what it did since
// some instant. It ends early with the first fault, and it does not pass
// without data: no answer at all is no good answer.
func (w *watcher) watchColor(ctx context.Context, since time.Time, d time.Duration) (string, error) {
	c, err := w.newColorCheck(ctx, since)
	if err != nil {
		return "", err
	}
	var watched awake.Stopwatch // the probe did not see what the machine slept
	watched.Elapsed()
	for {
		if err := wait.SleepContext(ctx, judgeInterval); err != nil {
			return "", err
		}
		left := d - watched.Elapsed()
		o, err := c.checkColor(ctx, left <= 0)
		if err != nil {
			return "", err
		}
		if left <= 0 && (o.TooSmall == nil || left < -recoveryTimeout) {
			return o.String(), o.TooSmall
		}
		w.d.progress.ReportDetail("%s left, %s", max(0, left.Round(time.Second)), o)
	}
}

// colorCheck judges the new color from some instant on.
type colorCheck struct {
	d       *deployment
	since   time.Time // what the probe saw from then on counts
	first   Side      // how the color was when the check began
	owner   routeGuard
	standby standbyKeeper
}

func (w *watcher) newColorCheck(ctx context.Context, since time.Time) (*colorCheck, error) {
	if !w.d.traffic.isRunning() {
		return nil, errors.New("no probe is available for the watch")
	}
	first, err := w.d.newColor(ctx)
	return &colorCheck{
		d: w.d, since: since, first: first,
		owner: routeGuard{d: w.d, color: w.d.run.Plan.New}, standby: standbyKeeper{d: w.d, scaler: w.scaler},
	}, err
}

// checkColor judges what can be known about the new color now. Only the last
// check refuses to call silence a success.
func (c *colorCheck) checkColor(ctx context.Context, isLast bool) (judge.Observation, error) {
	now, err := c.d.observeTarget(ctx)
	if err != nil {
		return judge.Observation{}, err
	}
	c.d.noteFinished(now)
	if err := c.owner.checkRoute(ctx, now); err != nil {
		return judge.Observation{}, err
	}
	c.standby.keepStarted(ctx, now)
	side, err := c.d.sideOf(now)
	if err != nil {
		return judge.Observation{}, err
	}
	o := c.observeSide(side)
	o.TooSmall, o.AllowSilent = c.restoreCapacity(ctx, now), !isLast
	return o, judge.FindFault(o)
}

func (c *colorCheck) observeSide(side Side) judge.Observation {
	stats, _ := c.d.traffic.statsOf(c.d.run.Plan.New, c.since)
	return judge.Observation{
		Probe:      stats,
		Before:     c.d.run.Baseline,
		MaxFailed:  c.d.run.Plan.MaxFailed,
		Edited:     newlyEdited(c.first, side),
		Restarts:   side.Restarts() - c.first.Restarts(),
		Reason:     side.notReadyReason(),
		Ready:      side.Ready(),
		Answers:    side.Requests - min(c.first.Requests, side.Requests),
		ErrorCount: side.Errors - min(c.first.Errors, side.Errors),
	}
}

// newlyEdited says who changed what the color runs since the watch began.
func newlyEdited(before, now Side) string {
	if now.Edited == before.Edited {
		return ""
	}
	return now.Edited
}

// restoreCapacity reports that others took instances away from the new color,
// and asks for them again: what was watched must be what carries the traffic
// alone.
func (c *colorCheck) restoreCapacity(ctx context.Context, now Observed) error {
	p := c.d.run.Plan
	side := now.Colors[p.New]
	need := min(p.Replicas, now.Colors[p.Old].Ready())
	if side.Ready() >= need || p.Kind == Rollback {
		return nil
	}
	if side.Want < need && c.owner.repairs < maxRepairs {
		c.owner.repairs++
		c.d.addRemark("%s was scaled to %d by somebody else and is scaled to %d again", p.New, side.Want, p.Replicas)
		if err := c.d.lock.ApplySpec(ctx, p.New, Spec{Release: p.Release, Replicas: p.Replicas}); err != nil {
			return fmt.Errorf("scale %s to %d again: %w", p.New, p.Replicas, err)
		}
	}
	return checkCapacity(now, p.New, need)
}
