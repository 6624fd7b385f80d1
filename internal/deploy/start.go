package deploy

import (
	"context"
	"fmt"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/wait"
	"version-manager/internal/progress"
)

const (
	// pollInterval is how often the engine looks at the target while it waits.
	pollInterval = 50 * time.Millisecond
	// detailInterval is how often a person learns how far a change of the target
	// is. It is seldom enough for a cluster that is busy with that change, and a
	// change that takes less needs no detail.
	detailInterval = 500 * time.Millisecond
)

// starter has the steps that start the new color.
type starter struct {
	d      *deployment
	scaler *scaler
	health *activeHealth
}

func (s *starter) backupState(ctx context.Context) (string, error) {
	return s.d.lock.BackUpState(ctx, s.d.run.ID)
}

// startColor starts the new color at the capacity of the active one. A rollback
// is what people reach for when the active one fails: it does not wait for more
// instances than are ready then.
func (s *starter) startColor(ctx context.Context) (string, error) {
	p := s.d.run.Plan
	if p.Kind == Rollback && p.Warm {
		if now, err := s.d.target.ObserveApp(ctx); err == nil && s.health.mayHurry(now) {
			return s.startInHurry(ctx)
		}
	}
	if err := s.drainEvicted(ctx); err != nil {
		return "", err
	}
	if err := s.applyNew(ctx, p.Replicas); err != nil {
		return "", err
	}
	return fmt.Sprintf("%s of %s in %s", instances(p.Replicas), p.To(), p.New), nil
}

// drainEvicted gives the version that is warm in the new color, and has to go,
// the time to finish what users began while it had the traffic. A rollback is
// in too much of a hurry for that.
func (s *starter) drainEvicted(ctx context.Context) error {
	p := s.d.run.Plan
	if p.Evicts == "" || p.Kind == Rollback {
		return nil
	}
	if _, err := s.d.drainColor(ctx, p.New, nil); err != nil {
		return err
	}
	now, err := s.d.observeTarget(ctx)
	if err != nil {
		return err
	}
	side := now.Colors[p.New]
	if side.Version != p.Evicts || side.InFlight+side.Tunnels == 0 {
		return nil
	}
	s.d.leaving.evicted = fmt.Sprintf("%s had to make room%s", p.Evicts, describeOpen(side))
	s.d.progress.ReportNote("%s", s.d.leaving.evicted)
	return nil
}

// applyNew is Apply of the new color, with details for people meanwhile.
func (s *starter) applyNew(ctx context.Context, replicas int) error {
	p := s.d.run.Plan
	report := func(now Observed) {
		side, ok := now.Colors[p.New]
		switch {
		case !ok:
			s.d.progress.ReportDetail("nothing is running in %s yet", p.New)
		case side.Image != p.Release.Image || side.Version != p.To():
			s.d.progress.ReportDetail("%s is still in %s", side.Version, p.New)
		default:
			s.d.progress.ReportColor(progressStatus(side), "%d/%d ready%s", side.Ready(), replicas, side.notReadyReason())
		}
	}
	return whileObserving(ctx, s.d.target, report, func() error { return s.d.lock.ApplySpec(ctx, p.New, s.d.newSpec(replicas)) })
}

// startInHurry asks for all instances and waits for none.
func (s *starter) startInHurry(ctx context.Context) (string, error) {
	p := s.d.run.Plan
	up := &scaleUp{color: p.New, spec: s.d.newSpec(p.Replicas), need: func(Observed) int { return 1 }}
	now, err := s.scaler.awaitScaleUp(ctx, up, p.gateConfig().Timeout.Duration)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s fails: %s takes over with %d of %s ready", now.Active, p.New, now.Colors[p.New].Ready(), instances(p.Replicas)), nil
}

// whileObserving runs change, a change of the target, and tells meanwhile what
// can be seen of it. Only change decides how the step ends: what cannot be seen
// is not reported. When it returns, the observation has ended.
func whileObserving(ctx context.Context, t Target, report func(Observed), change func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	var observer sync.WaitGroup
	observer.Go(func() {
		for wait.SleepContext(ctx, detailInterval) == nil {
			if now, err := t.ObserveApp(ctx); err == nil && ctx.Err() == nil {
				report(now)
			}
		}
	})
	defer observer.Wait()
	defer cancel()
	return change()
}

// describeRemaining says how many instances of the colors still have to stop;
// nothing if there were none. A target may stop counting an instance once it
// was told to end, long before it has.
func describeRemaining(before, now Observed, colors ...color.Color) string {
	switch had, left := before.countInstances(colors), now.countInstances(colors); {
	case had == 0:
		return ""
	case left == 0:
		return "waiting for the end of " + instances(had)
	default:
		return fmt.Sprintf("%d of %s left to stop", left, instances(had))
	}
}

// progressStatus returns a color as progress events show it.
func progressStatus(s Side) *progress.ColorStatus {
	status := &progress.ColorStatus{
		Version: string(s.Version), Image: s.Image, Want: s.Want,
		InFlight: s.InFlight, Tunnels: s.Tunnels, Requests: s.Requests, Errors: s.Errors, Edited: s.Edited,
	}
	if s.Instances != nil {
		status.Instances = make([]progress.InstanceStatus, 0, len(s.Instances)) // [] stays [] in JSON
	}
	for _, i := range s.Instances {
		status.Instances = append(status.Instances, progress.InstanceStatus(i))
	}
	return status
}
