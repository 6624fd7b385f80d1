package deploy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/journal"
	"version-manager/internal/probe"
	"version-manager/internal/problem"
)

// runner is one process working on one deploy.
type runner struct {
	*Engine
	hold    *hold
	run     Run
	secrets map[string]string
	joined  time.Time // when this process began with it
	cause   error     // what the failures said
	stopped bool      // by Ctrl-C

	prober   Prober             // nil until there is something to measure
	measured *probe.Measurement // nil until the prober is stopped
}

const interruptedText = "interrupted by Ctrl-C"

// errNothingToDo is how a step says that everything is as it wants it.
var errNothingToDo = errors.New("nothing to do")

// begin writes the plan to a new journal.
func (e *Engine) begin(ctx context.Context, h *hold, plan Plan, secrets map[string]string) (*runner, error) {
	id, err := h.Journal().Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin a deploy: %w", err)
	}
	r := &runner{Engine: e, hold: h, secrets: secrets, joined: time.Now(), run: Run{ID: id, Phase: Planned}}
	if err := r.append(planRecord, planBody{Plan: plan, By: e.holder}); err != nil {
		return nil, err
	}
	r.announce()
	if plan.Old != color.None {
		r.startProbe()
	}
	return r, nil
}

// rejoin goes on with a journal that another process left behind.
func (e *Engine) rejoin(ctx context.Context, h *hold, run Run, secrets map[string]string) (*runner, error) {
	r := &runner{Engine: e, hold: h, secrets: secrets, joined: time.Now(), run: run}
	if run.Why != "" {
		r.cause = errors.New(run.Why)
	}
	if err := r.append(resumeRecord, resumeBody{By: e.holder}); err != nil {
		return nil, err
	}
	r.announce()
	now, err := e.target.Observe(ctx)
	if err == nil && now.Active != color.None {
		r.startProbe()
	}
	return r, nil
}

func (r *runner) announce() {
	p := r.run.Plan
	e := Event{Kind: EventBegin, App: p.App, From: p.From, To: p.To(), Color: p.New, Detail: string(p.Kind)}
	for _, s := range p.Steps {
		e.Steps = append(e.Steps, s.Name)
	}
	r.tell(e)
}

// proceed works through the phases until none is left or nothing more can be
// done, and returns the report.
func (r *runner) proceed(ctx context.Context) (probe.Report, error) {
	defer r.stopProbe()
	for !r.run.Phase.Ended() && r.run.Phase != Stuck {
		phase := r.run.Phase
		err := r.runPhase(ctx)
		if r.lost(err) {
			return r.report(phase), r.unfinished(err)
		}
		if err := r.move(r.trigger(ctx, err), err); err != nil {
			return r.report(phase), r.unfinished(err)
		}
		if err != nil && phase == Retiring {
			return r.report(phase), r.unfinished(err)
		}
	}
	report := r.report(r.run.Phase)
	r.tell(Event{Kind: EventEnd, Outcome: r.run.Phase, Detail: r.run.Why})
	return report, r.verdict()
}

func (r *runner) trigger(ctx context.Context, err error) Trigger {
	switch {
	case r.run.Phase == Planned && err == nil:
		return Began
	case err == nil:
		return Succeeded
	case ctx.Err() != nil && errors.Is(err, context.Canceled) && r.run.Phase != Reverting:
		r.stopped = true
		r.interrupted(r.run.Phase)
		return Interrupted
	}
	return Failed
}

// lost tells an error after which nothing more may be done, because the
// journal or the lock is gone, from one of a step, after which there is a way
// back.
func (r *runner) lost(err error) bool {
	return r.hold.life.Err() != nil || errors.Is(err, errJournal) || errors.Is(err, ErrFenced)
}

// unfinished is what a person reads when the deploy stops before its end.
func (r *runner) unfinished(err error) error {
	if cause := context.Cause(r.hold.life); cause != nil {
		err = cause
	}
	return problem.Wrap(err, problem.Failed, "version-manager resume", "deploy %s stopped while %s", r.run.ID, r.run.Phase)
}

// runPhase runs the steps of the current phase. From Retiring on, and on the
// way back, an interrupt does not count: stopping there would leave a mess.
func (r *runner) runPhase(ctx context.Context) error {
	list := steps(r.run.Plan.Kind, r.run.Plan.Old)
	if r.run.Phase == Retiring || r.run.Phase == Reverting {
		if during := r.run.Phase; ctx.Err() == nil {
			defer context.AfterFunc(ctx, func() { r.interrupted(during) })()
		}
		ctx, list = r.hold.life, append(list, wayBack()...)
	}
	ctx, cancel := withLife(ctx, r.hold.life)
	defer cancel()
	for _, s := range list {
		if s.phase != r.run.Phase {
			continue
		}
		if err := r.runStep(ctx, s); err != nil {
			return err
		}
	}
	return nil
}

// withLife ends ctx also when the lock is lost.
func withLife(ctx, life context.Context) (context.Context, func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(life, func() { cancel(context.Cause(life)) })
	return ctx, func() { stop(); cancel(nil) }
}

func (r *runner) runStep(ctx context.Context, s step) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	began := time.Now()
	if err := r.append(stepRecord, stepBody{Step: s.name, Status: StatusRunning}); err != nil {
		return err
	}
	r.tell(Event{Kind: EventStep, Step: s.name, Status: StatusRunning})
	detail, err := s.do(r, ctx)
	status := StatusDone
	switch {
	case errors.Is(err, errNothingToDo):
		status, err = StatusSkipped, nil
	case errors.Is(err, context.Canceled) && r.hold.life.Err() == nil:
		status, detail = StatusStopped, interruptedText
	case err != nil:
		status, detail = StatusFailed, err.Error()
	}
	e := Event{Kind: EventStep, Step: s.name, Status: status, Detail: detail, Elapsed: time.Since(began)}
	if status == StatusFailed {
		e.Lines = r.lastWords()
		err = &stepError{step: s.name, err: err, lines: e.Lines}
	}
	r.tell(e)
	return errors.Join(err, r.append(stepRecord, stepBody{Step: s.name, Status: status, Detail: detail}))
}

// move journals a change of phase. The report is written before a phase that
// ends the deploy, so that an ended deploy always has one.
func (r *runner) move(t Trigger, why error) error {
	next, err := r.run.Phase.Next(t)
	if err != nil {
		return err
	}
	body := phaseBody{On: t, To: next}
	switch {
	case t == Interrupted:
		body.Why = interruptedText
	case why != nil:
		body.Why = why.Error()
		r.blame(why)
	}
	if next.Ended() || next == Stuck {
		if err := r.attachReport(next); err != nil {
			r.tell(Event{Kind: EventNote, Detail: "the report could not be kept: " + err.Error()})
		}
	}
	return r.append(phaseRecord, body)
}

// blame adds what failed to what failed before.
func (r *runner) blame(why error) {
	if r.cause == nil || r.cause.Error() == why.Error() {
		r.cause = why
		return
	}
	r.cause = both(r.cause, why)
}

// both says two errors in one line.
func both(a, b error) error {
	if b == nil {
		return a
	}
	return fmt.Errorf("%w; %w", a, b)
}

var errJournal = errors.New("the journal could not be written")

// append journals one record and applies it to the run, by the code that
// replays a journal, so that memory and disk cannot differ.
func (r *runner) append(typ string, body any) error {
	encoded, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	rec := journal.Record{Seq: r.run.seq + 1, Time: time.Now().UTC().Round(0), Type: typ, Body: encoded}
	killPoint("before", rec.Seq)
	if err := r.hold.Journal().Append(r.hold.life, r.run.ID, rec); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	killPoint("after", rec.Seq)
	if err := r.run.apply(rec); err != nil {
		return fmt.Errorf("%w: %w", errJournal, err)
	}
	return nil
}

// tell emits an event of this deploy, with the probe's count.
func (r *runner) tell(e Event) {
	e.Time, e.Deploy = time.Now(), r.run.ID
	if r.prober != nil {
		sent, failed := r.prober.Tally()
		e.Tally = &Tally{Sent: sent, Failed: failed}
	}
	r.emit(e)
}

// progress says how a running step fares.
func (r *runner) progress(step, detail string, side *Side) {
	r.tell(Event{Kind: EventProgress, Step: step, Detail: detail, Side: side})
}

// stepError is the failure of one step, with the evidence.
type stepError struct {
	step  string
	err   error
	lines []string
}

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

func evidence(err error) []string {
	if e, ok := errors.AsType[*stepError](err); ok {
		return slices.Clone(e.lines)
	}
	return nil
}
