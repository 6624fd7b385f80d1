package deploy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/report"
)

// runner is one process working on one deploy.
type runner struct {
	*Engine
	hold     *hold
	run      Run
	progress *progress.Reporter
	secrets  map[string]string
	joined   time.Time            // when this process began with it
	began    map[string]time.Time // when this process last began a step; the journal's times are of any clock
	cause    error                // what the failures said
	stopped  bool                 // by Ctrl-C
	going    departure
	remarks  []string // what a person has to know apart from what failed
	ailment  ailment  // of the color with the traffic
	holds    custody  // of the color before, until the switch

	condemned bool  // the new color did badly before the eyes of this process
	rising    *lift // whose instances are still being started

	prober   Prober             // nil until there is something to measure
	measured *probe.Measurement // nil until the prober is stopped
}

func newRunner(e *Engine, h *hold, run Run, secrets map[string]string) *runner {
	r := &runner{Engine: e, hold: h, run: run, secrets: secrets, joined: time.Now(), began: map[string]time.Time{}}
	r.progress = progress.NewReporter(r.complete, time.Now)
	r.ailment.r = r
	r.holds = custody{r: r, color: run.Plan.Old}
	return r
}

// begin writes the plan to a new journal.
func (e *Engine) begin(ctx context.Context, h *hold, plan Plan, secrets map[string]string) (*runner, error) {
	h.secret = secretOf(ctx, h.Session)
	id, err := h.Journal().Begin(ctx)
	if err != nil {
		return nil, fmt.Errorf("begin a deploy: %w", err)
	}
	r := newRunner(e, h, Run{ID: id, Phase: Planned}, secrets)
	if err := r.append(planRecord, planBody{Plan: plan, By: e.holder}); err != nil {
		return nil, err
	}
	r.holds.color = plan.Old
	r.announce()
	if plan.Old != color.None {
		r.startProbe()
	}
	return r, nil
}

// rejoin goes on with a journal that another process left behind.
func (e *Engine) rejoin(ctx context.Context, h *hold, run Run, secrets map[string]string) (*runner, error) {
	h.secret = secretOf(ctx, h.Session)
	r := newRunner(e, h, run, secrets)
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
	o := progress.Operation{Name: string(p.Kind), App: p.App, From: string(p.From), To: string(p.To()), Color: p.New}
	for _, s := range p.Steps {
		o.Steps = append(o.Steps, s.Name)
	}
	r.progress.BeginOperation(o)
}

// proceed works through the phases until none is left or nothing more can be
// done, and returns the report.
func (r *runner) proceed(ctx context.Context) (report.Report, error) {
	defer r.stopProbe()
	defer r.risen()
	for !r.run.Phase.Ended() && r.run.Phase != Stuck {
		phase := r.run.Phase
		err := r.runPhase(ctx)
		if r.lost(err) {
			return r.report(phase), r.unfinished(err)
		}
		if err := r.move(r.trigger(ctx, err), err); err != nil {
			return r.report(phase), r.unfinished(err)
		}
		if err != nil && r.run.Phase == Retiring {
			return r.report(phase), r.unfinished(err)
		}
	}
	report := r.report(r.run.Phase)
	r.progress.EndOperation(string(r.run.Phase), r.run.Why)
	return report, r.verdict()
}

func (r *runner) trigger(ctx context.Context, err error) Trigger {
	switch {
	case r.run.Phase == Planned && err == nil:
		return Began
	case err == nil:
		return Succeeded
	case isDiverted(err):
		return Overruled
	case ctx.Err() != nil && errors.Is(err, context.Canceled) && r.run.Phase != Reverting:
		r.stopped = true
		r.interrupted(r.run.Phase)
		return Interrupted
	}
	r.condemned = r.condemned || r.run.Phase == Baking || r.run.Phase == Draining
	return Failed
}

// isDiverted reports whether a step failed because the route is not the
// deploy's any more. Where that happens before the deploy's own switch, nothing
// is lost: the way back is open.
func isDiverted(err error) bool {
	_, is := errors.AsType[*DivertedError](err)
	return is
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
	hint := "version-manager resume"
	if r.run.Phase == Retiring {
		hint += "\nversion-manager rollback"
	}
	return problem.Wrap(err, problem.Failed, hint, "deploy %s stopped while %s", r.run.ID, r.run.Phase)
}

// complete adds to an event which deploy it belongs to, and the probe's count.
func (r *runner) complete(e progress.Event) {
	e.Deploy = r.run.ID
	if r.prober != nil {
		sent, failed := r.prober.Tally()
		e.Tally = &progress.RequestCount{Sent: sent, Failed: failed}
	}
	r.sink(e)
}
