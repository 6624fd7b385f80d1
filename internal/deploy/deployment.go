package deploy

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy/healthcheck"
	"version-manager/internal/progress"
)

// deployment is one deploy in the hands of this process: what its parts share.
// The parts are the steps (start, gate, switch, watch, retire, roll back), the
// recorder of the journal, and the report.
type deployment struct {
	target   Target
	lock     *heldLock
	client   *http.Client
	sink     progress.Sink
	progress *progress.Reporter
	recorder *recorder
	traffic  *measurement

	run     Run
	secrets map[string]string
	joined  time.Time            // when this process began to work on the deploy
	began   map[string]time.Time // when this process last began a step; times of the journal are of any clock
	cause   error                // what failed
	remarks []string             // what a person has to know apart from what failed
	leaving departure

	failedWatch bool // the new color did badly while this process watched
}

// sendEvent adds to an event which deploy it belongs to, and the probe's count.
func (d *deployment) sendEvent(e progress.Event) {
	e.Deploy = d.run.ID
	e.Tally = d.traffic.countRequests()
	d.sink(e)
}

// observeTarget is Observe with the error that a person reads.
func (d *deployment) observeTarget(ctx context.Context) (Observed, error) {
	return observeTarget(ctx, d.target)
}

func observeTarget(ctx context.Context, t Target) (Observed, error) {
	now, err := t.ObserveApp(ctx)
	if err != nil {
		return now, fmt.Errorf("observe the target: %w", err)
	}
	return now, nil
}

// newColor observes the new color.
func (d *deployment) newColor(ctx context.Context) (Side, error) {
	now, err := d.observeTarget(ctx)
	if err != nil {
		return Side{}, err
	}
	d.noteFinished(now)
	return d.sideOf(now)
}

// sideOf returns the new color, or an error if it is gone.
func (d *deployment) sideOf(now Observed) (Side, error) {
	side, ok := now.Colors[d.run.Plan.New]
	if !ok {
		return Side{}, fmt.Errorf("%s is gone", d.run.Plan.New)
	}
	return side, nil
}

// newSpec is what the new color runs. A warm color keeps the secrets that it
// was started with.
func (d *deployment) newSpec(replicas int) Spec {
	spec := Spec{Release: d.run.Plan.Release, Replicas: replicas}
	if !d.run.Plan.Warm {
		spec.Secrets = d.secrets
	}
	return spec
}

// checkPreview sends one request to the preview address.
func (d *deployment) checkPreview(ctx context.Context, check config.Smoke) error {
	now, err := d.observeTarget(ctx)
	if err != nil {
		return err
	}
	return healthcheck.SendCheck(ctx, d.client, now.Entrances.Preview, d.lock.probeSecret, check)
}

// addRemark tells a person something now and in the report.
func (d *deployment) addRemark(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	d.remarks = append(d.remarks, text)
	d.progress.ReportNote("%s", text)
}

// addCause adds what failed to what failed before.
func (d *deployment) addCause(err error) {
	if d.cause == nil || d.cause.Error() == err.Error() {
		d.cause = err
		return
	}
	d.cause = joinErrors(d.cause, err)
}

// joinErrors says two errors in one line.
func joinErrors(a, b error) error {
	if b == nil {
		return a
	}
	return fmt.Errorf("%w; %w", a, b)
}

// isLost reports an error after which nothing more may be done, because the
// journal or the lock is gone. After any other one the deploy can be rolled
// back.
func (d *deployment) isLost(err error) bool {
	return d.lock.ctx.Err() != nil || errors.Is(err, errJournal) || errors.Is(err, ErrFenced)
}

// watchStep is the step in which this deploy watches the new color.
func (d *deployment) watchStep() string {
	if d.run.Plan.Kind == ZeroDowntime {
		return stepBake
	}
	return stepWatch
}

// switchedSince is when the new color was asked to take the traffic, or
// otherwise if another process switched: this one's probe has not recorded that
// time. It is not read from the journal, whose times say nothing about the
// probe's once somebody has set the clock, or the machine has slept.
func (d *deployment) switchedSince(otherwise time.Time) time.Time {
	if began, here := d.began[stepSwitch]; here {
		return began
	}
	return otherwise
}

// departure is what is known about the color that gave the traffic away in
// this deploy, or gave it back.
type departure struct {
	finished time.Time // when it was first seen without a request in flight
	stopped  *Side     // how it was when it was stopped; nil: it was not
	evicted  string    // what a third version that had to make room still had open; empty: nothing
}

// noteFinished notes when the old color has answered what it had begun. That
// means something only after the switch.
func (d *deployment) noteFinished(now Observed) {
	p := d.run.Plan
	if p.Old == color.None || now.Active != p.New || !d.leaving.finished.IsZero() {
		return
	}
	if now.Colors[p.Old].InFlight == 0 {
		d.leaving.finished = time.Now()
	}
}
