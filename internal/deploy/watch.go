package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
)

const (
	glance   = 100 * time.Millisecond // how often the watched color is judged
	recovery = 15 * time.Second       // how long a color may take to be well to which there is no alternative
)

// bake watches the new color under real traffic, with the old one ready to
// take it back.
func (r *runner) bake(ctx context.Context) (string, error) {
	return r.watch(ctx, stepBake, r.carriesSince(time.Now()), r.run.Plan.Release.Config.Bake.Duration)
}

// settle is the short bake of a deploy that has none.
//
// A rollback has nothing to go back to, so one failed request is no reason to
// leave everything standing for a person: it is watched on until the color was
// well for the whole time. What failed until then is in the report.
func (r *runner) settle(ctx context.Context) (string, error) {
	enough, cancel := awake.WithTimeout(ctx, recovery, nil)
	defer cancel()
	since := r.carriesSince(time.Now())
	for {
		detail, err := r.watch(ctx, "watch", since, settle)
		if err == nil || ctx.Err() != nil || r.run.Plan.Kind != Rollback || enough.Err() != nil || isDiverted(err) {
			return detail, err
		}
		if stopped := wait.SleepContext(ctx, glance); stopped != nil {
			return "", stopped
		}
		since = time.Now()
		r.progress.ReportDetail("%v; watching on", err)
	}
}

// watchAgain is a short look at the new color where another process watched it,
// who knows how long ago: what takes the way back away must know better.
func (r *runner) watchAgain(ctx context.Context, step string) error {
	_, watched := r.run.last(r.watchStep())
	if _, here := r.began[r.watchStep()]; here || !watched {
		return nil
	}
	if _, err := r.keptFor(ctx, &custody{r: r, color: r.run.Plan.New}); err != nil {
		return err
	}
	if r.prober == nil { // there was no route when this process began
		r.startProbe()
	}
	_, err := r.watch(ctx, step, time.Now(), settle)
	return err
}

// watch judges the new color again and again for d, by what it did since some
// instant. It ends early with the first thing that is wrong, and it does not
// pass without data: no answer at all is no good answer.
func (r *runner) watch(ctx context.Context, step string, since time.Time, d time.Duration) (string, error) {
	g, err := r.newGuard(ctx, since)
	if err != nil {
		return "", err
	}
	var watched awake.Stopwatch // what the machine slept, the probe did not see
	watched.Elapsed()
	for {
		if err := wait.SleepContext(ctx, glance); err != nil {
			return "", err
		}
		left := d - watched.Elapsed()
		o, err := g.check(ctx, left <= 0)
		if err != nil {
			return "", err
		}
		if left <= 0 && (o.short == nil || left < -recovery) {
			return o.String(), o.short
		}
		r.progress.ReportDetail("%s left, %s", max(0, left.Round(time.Second)), o)
	}
}

// guard looks after the new color from some instant on.
type guard struct {
	r     *runner
	since time.Time // what the probe saw from then on counts
	first Side      // how the color was when it began
	keeps custody
	old   standby
}

func (r *runner) newGuard(ctx context.Context, since time.Time) (*guard, error) {
	if r.prober == nil {
		return nil, errors.New("there is no probe to watch with")
	}
	first, err := r.side(ctx)
	return &guard{r: r, since: since, first: first, keeps: custody{r: r, color: r.run.Plan.New}, old: standby{r: r}}, err
}

// check judges what can be known about the new color now.
func (g *guard) check(ctx context.Context, final bool) (observation, error) {
	now, err := g.r.target.Observe(ctx)
	if err != nil {
		return observation{}, fmt.Errorf("look at the target: %w", err)
	}
	g.r.noteFinished(now)
	if err := g.keeps.check(ctx, now); err != nil {
		return observation{}, err
	}
	g.old.keep(ctx, now)
	p := g.r.run.Plan
	side, ok := now.Colors[p.New]
	if !ok {
		return observation{}, fmt.Errorf("%s is gone", p.New)
	}
	o := observation{
		edited:    edited(g.first, side),
		short:     g.short(ctx, now),
		probe:     g.r.prober.Window(p.New, g.since),
		before:    g.r.run.Baseline,
		maxFailed: p.MaxFailed,
		restarts:  side.Restarts() - g.first.Restarts(),
		reason:    side.reason(),
		ready:     side.Ready(),
		answers:   side.Requests - min(g.first.Requests, side.Requests),
		errors:    side.Errors - min(g.first.Errors, side.Errors),
	}
	return o, judge(o, final)
}

// edited says who changed what the color runs since the watch began.
func edited(before, now Side) string {
	if now.Edited == before.Edited {
		return ""
	}
	return now.Edited
}

// short says that others took instances away from the new color, which are
// asked for again: what was watched must be what carries the traffic alone.
func (g *guard) short(ctx context.Context, now Observed) error {
	p := g.r.run.Plan
	side := now.Colors[p.New]
	need := min(p.Replicas, now.Colors[p.Old].Ready())
	if side.Ready() >= need || p.Kind == Rollback {
		return nil
	}
	if side.Want < need && g.keeps.taken < restores {
		g.keeps.taken++
		g.r.remark(fmt.Sprintf("%s was scaled to %d by somebody else and is scaled to %d again", p.New, side.Want, p.Replicas))
		if err := g.r.hold.Apply(ctx, p.New, Spec{Release: p.Release, Replicas: p.Replicas}); err != nil {
			return fmt.Errorf("scale %s to %d again: %w", p.New, p.Replicas, err)
		}
	}
	return carries(now, p.New, need)
}

// carriesSince is since when the new color was asked to have the traffic, or
// the given instant if another process switched, of whose time this one's
// probe knows nothing. It is not read from the journal, whose times say nothing
// about the probe's once somebody has set the clock, or the machine has slept.
func (r *runner) carriesSince(otherwise time.Time) time.Time {
	if began, here := r.began[stepSwitch]; here {
		return began
	}
	return otherwise
}

// keepBaseline journals how the old color did just before the switch, so that
// the new one can be compared with it even by another process.
func (r *runner) keepBaseline(old Side) error {
	if r.prober == nil {
		return nil
	}
	s := r.prober.Window(r.run.Plan.Old, r.joined)
	return r.append(baselineRecord, Baseline{Answers: s.Timely, P10: s.P10, P50: s.P50, Errors: share(old.Errors, old.Requests), Replicas: old.Want})
}
