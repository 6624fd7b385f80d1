package deploy

import (
	"context"
	"fmt"

	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
)

// scaleUp is one color that gets the capacity it needs to take over.
type scaleUp struct {
	color     color.Color
	spec      Spec
	need      func(Observed) int // ready instances
	cancel    context.CancelFunc
	done      chan struct{} // closed once the target has answered with err
	err       error
	abandoned bool // the caller knows that it failed
}

// scaler starts instances in the background: a color may take over with a part
// of them, and the rest comes meanwhile.
type scaler struct {
	d       *deployment
	pending *scaleUp // whose instances are still being started
}

// awaitScaleUp asks for the instances and returns when enough of them are
// ready. Those that are missing then still come: see awaitPending.
func (s *scaler) awaitScaleUp(ctx context.Context, up *scaleUp, limit time.Duration) (Observed, error) {
	s.startScaleUp(up, limit)
	ctx, cancel := awake.WithTimeout(ctx, limit, fmt.Errorf("not ready within %s", limit))
	defer cancel()
	now, err := s.awaitReady(ctx, up)
	if err != nil {
		up.abandon()
	}
	return now, err
}

// startScaleUp asks the target for the instances and does not wait. What was
// asked for before comes first: a target makes one change of a color after the
// other.
func (s *scaler) startScaleUp(up *scaleUp, limit time.Duration) {
	before := s.pending
	ctx, cancel := awake.WithTimeout(s.d.lock.ctx, limit, context.DeadlineExceeded)
	s.pending, up.cancel, up.done = up, cancel, make(chan struct{})
	go func() {
		defer close(up.done)
		defer cancel()
		if before != nil {
			<-before.done // by its own limit at the latest
		}
		up.err = s.d.lock.ApplySpec(ctx, up.color, up.spec)
	}()
}

func (s *scaler) awaitReady(ctx context.Context, up *scaleUp) (Observed, error) {
	for {
		now, err := s.d.target.ObserveApp(ctx)
		if err == nil {
			err = up.checkCapacity(now)
		}
		if err == nil {
			return now, nil
		}
		if up.hasEnded() && up.err != nil {
			return now, joinErrors(err, up.err)
		}
		if wait.SleepContext(ctx, pollInterval) != nil {
			return now, joinErrors(err, context.Cause(ctx))
		}
		side := now.Colors[up.color]
		s.d.progress.ReportDetail("%d/%d ready%s", side.Ready(), up.spec.Replicas, side.notReadyReason())
	}
}

// awaitPending waits for the instances without which a color took over.
func (s *scaler) awaitPending() {
	up := s.pending
	s.pending = nil
	if up == nil {
		return
	}
	<-up.done
	if up.err != nil && !up.abandoned && s.d.lock.ctx.Err() == nil {
		s.d.addRemark("%s does not have all its instances: %v", up.color, up.err)
	}
}

// abandonColor ends the start of a color that is going to be stopped.
func (s *scaler) abandonColor(c color.Color) {
	if s.pending == nil || s.pending.color != c {
		return
	}
	s.pending.abandon()
	s.awaitPending()
}

func (up *scaleUp) abandon() {
	up.abandoned = true
	up.cancel()
}

// hasEnded reports whether the target has answered.
func (up *scaleUp) hasEnded() bool {
	select {
	case <-up.done:
		return true
	default:
		return false
	}
}

func (up *scaleUp) checkCapacity(now Observed) error {
	if side := now.Colors[up.color]; side.Version != up.spec.Release.Version {
		return fmt.Errorf("%s does not run in %s yet", up.spec.Release.Version, up.color)
	}
	return checkCapacity(now, up.color, up.need(now))
}
