package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/progress"
	"version-manager/internal/report"
)

// executor works through the phases and steps of one deploy and writes the
// intent and the outcome of each to the journal.
type executor struct {
	d       *deployment
	scaler  *scaler
	starter *starter
	gate    *gate
	router  *router
	watcher *watcher
	retirer *retirer
	reverse *rollback
	stopped bool // by Ctrl-C
}

func newExecutor(e *Engine, lock *heldLock, run Run, secrets map[string]string) *executor {
	d := &deployment{
		target: e.target, lock: lock, client: e.client, sink: e.sink, traffic: &measurement{start: e.probe},
		run: run, secrets: secrets, joined: time.Now(), began: map[string]time.Time{},
	}
	d.progress = progress.NewReporter(d.sendEvent, time.Now)
	if lock != nil {
		d.recorder = &recorder{writer: lock.JournalWriter(), ctx: lock.ctx, run: &d.run}
	}
	x := &executor{d: d, scaler: &scaler{d: d}}
	health := &activeHealth{d: d}
	x.starter = &starter{d: d, scaler: x.scaler, health: health}
	x.gate = &gate{d: d, health: health, old: &routeGuard{d: d, color: run.Plan.Old}}
	x.router = &router{d: d, gate: x.gate, scaler: x.scaler}
	x.watcher = &watcher{d: d, scaler: x.scaler}
	x.retirer = &retirer{d: d, watcher: x.watcher, scaler: x.scaler}
	x.reverse = &rollback{d: d, scaler: x.scaler, router: x.router, health: health}
	return x
}

// beginDeploy writes the plan to a new journal.
func (e *Engine) beginDeploy(ctx context.Context, lock *heldLock, plan Plan, secrets map[string]string) (*executor, error) {
	lock.probeSecret = probeSecretOf(ctx, lock.Session)
	id, err := lock.JournalWriter().BeginDeploy(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin a deploy: %w", err)
	}
	x := newExecutor(e, lock, Run{ID: id, Phase: Planned}, secrets)
	if err := x.d.recorder.appendRecord(planRecord, planBody{Plan: plan, By: e.holder}); err != nil {
		return nil, err
	}
	x.gate.old.color = plan.Old
	x.announcePlan()
	if plan.Old != color.None {
		x.d.startProbe()
	}
	return x, nil
}

// joinDeploy continues a journal that another process left behind.
func (e *Engine) joinDeploy(ctx context.Context, lock *heldLock, run Run, secrets map[string]string) (*executor, error) {
	lock.probeSecret = probeSecretOf(ctx, lock.Session)
	x := newExecutor(e, lock, run, secrets)
	if run.Why != "" {
		x.d.cause = errors.New(run.Why)
	}
	if err := x.d.recorder.appendRecord(resumeRecord, resumeBody{By: e.holder}); err != nil {
		return nil, err
	}
	x.announcePlan()
	now, err := e.target.ObserveApp(ctx)
	if err == nil && now.Active != color.None {
		x.d.startProbe()
	}
	return x, nil
}

func (x *executor) announcePlan() {
	p := x.d.run.Plan
	o := progress.Operation{Name: string(p.Kind), App: p.App, From: string(p.From), To: string(p.To()), Color: p.New}
	for _, s := range p.Steps {
		o.Steps = append(o.Steps, s.Name)
	}
	x.d.progress.BeginOperation(o)
}

// runPhases works through the phases until none is left or nothing more can be
// done, and returns the report.
func (x *executor) runPhases(ctx context.Context) (report.Report, error) {
	defer x.d.traffic.stopProbe()
	defer x.scaler.awaitPending()
	for !x.d.run.Phase.Ended() && x.d.run.Phase != Stuck {
		phase := x.d.run.Phase
		err := x.runPhase(ctx)
		if x.d.isLost(err) {
			return x.d.summarize(phase), x.d.stopError(err)
		}
		if err := x.enterPhase(x.triggerOf(ctx, err), err); err != nil {
			return x.d.summarize(phase), x.d.stopError(err)
		}
		if err != nil && x.d.run.Phase == Retiring {
			return x.d.summarize(phase), x.d.stopError(err)
		}
	}
	sum := x.d.summarize(x.d.run.Phase)
	x.d.progress.EndOperation(string(x.d.run.Phase), x.d.run.Why)
	return sum, x.d.verdict(x.stopped)
}

func (x *executor) triggerOf(ctx context.Context, err error) Trigger {
	phase := x.d.run.Phase
	switch {
	case phase == Planned && err == nil:
		return Began
	case err == nil:
		return Succeeded
	case isDiverted(err):
		return Overruled
	case ctx.Err() != nil && errors.Is(err, context.Canceled) && phase != Reverting:
		x.stopped = true
		x.d.noteInterrupt(phase)
		return Interrupted
	}
	x.d.failedWatch = x.d.failedWatch || phase == Baking || phase == Draining
	return Failed
}

// enterPhase journals a change of phase. The report is written before a phase
// that ends the deploy, so an ended deploy always has one.
func (x *executor) enterPhase(t Trigger, why error) error {
	next, err := x.d.run.Phase.Next(t)
	if err != nil {
		return err
	}
	body := phaseBody{On: t, To: next}
	switch {
	case t == Interrupted:
		body.Why = progress.Interrupted
	case why != nil:
		body.Why = why.Error()
		x.d.addCause(why)
	}
	if next.Ended() || next == Stuck {
		if err := x.d.attachReport(next); err != nil {
			x.d.progress.ReportNote("the report could not be saved: %v", err)
		}
	}
	return x.d.recorder.appendRecord(phaseRecord, body)
}

// runPhase runs the steps of the current phase. From Retiring on, and during a
// rollback, an interrupt does not count: stopping there would leave a mess.
func (x *executor) runPhase(ctx context.Context) error {
	phase, lockCtx := x.d.run.Phase, x.d.lock.ctx
	list := steps(x.d.run.Plan.Kind, x.d.run.Plan.Old)
	if phase == Retiring || phase == Reverting {
		if ctx.Err() == nil {
			defer context.AfterFunc(ctx, func() { x.d.noteInterrupt(phase) })()
		}
		ctx, list = lockCtx, append(list, rollbackSteps()...)
	}
	ctx, cancel := endWithLock(ctx, lockCtx)
	defer cancel()
	for _, s := range list {
		if s.phase != phase {
			continue
		}
		if err := x.runStep(ctx, s); err != nil {
			return err
		}
	}
	return x.checkOwner(ctx)
}

// endWithLock ends ctx also when the lock is lost.
func endWithLock(ctx, lock context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(lock, func() { cancel(context.Cause(lock)) })
	return ctx, func() { stop(); cancel(nil) }
}

// checkOwner lets no phase after the switch succeed while somebody else has
// given the traffic away: good answers alone may be those of another version.
func (x *executor) checkOwner(ctx context.Context) error {
	owner := &routeGuard{d: x.d, color: x.d.run.Plan.New}
	switch x.d.run.Phase {
	case Draining:
		if err := x.watcher.watchAgain(ctx); err != nil {
			return err
		}
		fallthrough
	case Retiring:
		_, err := x.retirer.awaitCapacity(ctx, owner)
		return err
	case Baking:
		if _, err := owner.awaitRoute(ctx); err != nil {
			return err
		}
		x.d.tryMend(ctx, x.d.run.Plan.New)
	}
	return nil
}

func (x *executor) runStep(ctx context.Context, s step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	x.d.began[s.name] = time.Now()
	if err := x.d.recorder.appendRecord(stepRecord, stepBody{Step: s.name, Status: progress.StatusRunning}); err != nil {
		return err
	}
	x.d.progress.StartStep(s.name)
	detail, err := s.run(x)(ctx)
	result := progress.ResultOf(err)
	switch {
	case result.Status == progress.StatusStopped && x.d.lock.ctx.Err() != nil:
		result = progress.Result{Status: progress.StatusFailed, Detail: err.Error()} // nobody pressed Ctrl-C: the lock is lost
	case result.Status == progress.StatusDone, result.Status == progress.StatusSkipped:
		result.Detail, err = detail, nil
	}
	if result.Status == progress.StatusFailed {
		result.Lines = x.d.lastLogLines()
		err = &stepError{step: s.name, err: err, lines: result.Lines}
	}
	x.d.progress.EndStep(result)
	return errors.Join(err, x.d.recorder.appendRecord(stepRecord, stepBody{Step: s.name, Status: result.Status, Detail: result.Detail}))
}
