package deploy

import (
	"context"
	"fmt"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/wait"
)

// glimpse is how often a person who waits for the target learns how far that
// is. It is seldom enough for a cluster that has much to do at that moment,
// and a change that takes less needs no words.
const glimpse = 500 * time.Millisecond

// while runs f, a change of the target, and tells meanwhile what can be seen
// of it. Only f decides how the step ends: what cannot be seen is not told.
// When while returns, nobody looks any more.
func (e *Engine) while(ctx context.Context, tell func(Observed), f func() error) error {
	ctx, enough := context.WithCancel(ctx)
	var watch sync.WaitGroup
	watch.Go(func() { e.peek(ctx, tell) })
	defer watch.Wait()
	defer enough()
	return f()
}

func (e *Engine) peek(ctx context.Context, tell func(Observed)) {
	for wait.SleepContext(ctx, glimpse) == nil {
		if now, err := e.target.Observe(ctx); err == nil && ctx.Err() == nil {
			tell(now)
		}
	}
}

// bringUp is Apply of the new color, watched.
func (r *runner) bringUp(ctx context.Context, replicas int) error {
	p := r.run.Plan
	return r.while(ctx, func(now Observed) {
		side, ok := now.Colors[p.New]
		switch {
		case !ok:
			r.progress.ReportDetail("nothing runs in %s yet", p.New)
		case side.Image != p.Release.Image || side.Version != p.To():
			r.progress.ReportDetail("%s is still in %s", side.Version, p.New)
		default:
			r.progress.ReportColor(progressStatus(side), "%d/%d ready%s", side.Ready(), replicas, side.reason())
		}
	}, func() error { return r.hold.Apply(ctx, p.New, r.spec(replicas)) })
}

// takeDown is Retire of a color that was seen before, watched.
func (r *runner) takeDown(ctx context.Context, step string, before Observed, c color.Color) error {
	return r.while(ctx, func(now Observed) {
		if detail := ending(before, now, c); detail != "" {
			r.progress.ReportDetail("%s", detail)
		}
	}, func() error { return r.hold.Retire(ctx, c) })
}

// ending says how far the instances of colors are on their way out; nothing,
// if there were none. A target may stop counting an instance once it was told
// to end, long before it has.
func ending(before, now Observed, colors ...color.Color) string {
	switch had, left := before.count(colors), now.count(colors); {
	case had == 0:
		return ""
	case left == 0:
		return "waiting for the end of " + instances(had)
	default:
		return fmt.Sprintf("%d of %s still to stop", left, instances(had))
	}
}

func (o Observed) count(colors []color.Color) int {
	n := 0
	for _, c := range colors {
		n += len(o.Colors[c].Instances)
	}
	return n
}
