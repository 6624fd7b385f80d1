package deploy

import (
	"context"
	"errors"
	"net/http"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy/healthcheck"
	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/report"
)

// Engine runs deploys against one target. Make one with New.
type Engine struct {
	target Target
	holder string
	sink   progress.Sink
	report *progress.Reporter // of what belongs to no deploy
	probe  func(context.Context, probe.Config) Prober
	client *http.Client
}

// Prober measures the target while a deploy runs. [probe.Prober] is the real
// one.
type Prober interface {
	CountRequests() (sent, failed int)
	StatsSince(c color.Color, since time.Time) probe.Stats
	Stop() probe.Measurement
}

// Option changes how an Engine works.
type Option func(*Engine)

// WithEvents makes the engine tell f whatever happens. f is called from
// several goroutines, never from two at once.
func WithEvents(f progress.Sink) Option { return func(e *Engine) { e.sink = progress.Serialize(f) } }

// WithProber replaces the probe.
func WithProber(f func(context.Context, probe.Config) Prober) Option {
	return func(e *Engine) { e.probe = f }
}

// WithTransport replaces what sends health checks and smoke requests.
func WithTransport(rt http.RoundTripper) Option {
	return func(e *Engine) { e.client.Transport = rt }
}

// New returns an engine for target t. The holder names this process to
// anyone who finds the target locked: "ada@laptop, process 4711".
func New(t Target, holder string, options ...Option) *Engine {
	e := &Engine{
		target: t,
		holder: holder,
		sink:   func(progress.Event) {},
		probe:  func(ctx context.Context, c probe.Config) Prober { return probe.Start(ctx, c) },
		client: healthcheck.NewClient(dialOf(t)),
	}
	for _, o := range options {
		o(e)
	}
	e.report = progress.NewReporter(e.sink, time.Now)
	return e
}

// ErrAlreadyActive is returned by Run where the release has the traffic.
var ErrAlreadyActive = errors.New("already active")

// Run takes the target to the requested release. Whatever the outcome, the
// report says what it cost, unless nothing was begun. The error is a
// [problem.Problem] whose kind says how the target was left: RolledBack,
// NeedsPerson, Interrupted, or Failed where the journal itself could not be
// written and Resume has to finish.
func (e *Engine) Run(ctx context.Context, req Request) (report.Report, error) {
	var sum report.Report
	err := e.withSettledTarget(ctx, func(lock *heldLock, now Observed) error {
		if IsAlreadyActive(now, req.Release) {
			return e.mendActive(ctx, lock, now, req)
		}
		if err := e.nameActive(ctx, &now); err != nil {
			return err
		}
		plan, err := NewPlan(now, req)
		if err != nil {
			return problem.Wrap(err, problem.NotFound, "version-manager list", "%s %s", req.Kind, req.Release.Version)
		}
		x, err := e.beginDeploy(ctx, lock, plan, req.Secrets)
		if err != nil {
			return err
		}
		sum, err = x.runPhases(ctx)
		return err
	})
	return sum, err
}

// Resume continues with the deploy of the given id, or with the newest if id is
// empty, from wherever the process that ran it was stopped. Where the version
// of a stuck one has the traffic, it is watched once more.
func (e *Engine) Resume(ctx context.Context, id string, secrets map[string]string) (report.Report, error) {
	return e.takeOver(ctx, id, secrets, func(x *executor) error {
		if x.d.run.Phase != Stuck {
			return nil
		}
		now, err := observeTarget(ctx, e.target)
		if err != nil {
			return err
		}
		if now.Active == x.d.run.Plan.New {
			return x.enterPhase(Retried, nil)
		}
		return x.enterPhase(Resumed, nil)
	})
}

// Undo takes an interrupted deploy back. Of one that is retiring the old color
// it starts that again, with the given secrets if it has lost its own.
func (e *Engine) Undo(ctx context.Context, id string, secrets map[string]string) (report.Report, error) {
	return e.takeOver(ctx, id, secrets, func(x *executor) error {
		if x.d.run.Phase == Reverting && x.d.run.Wanted {
			return nil
		}
		return x.enterPhase(Recalled, nil)
	})
}

func (e *Engine) takeOver(ctx context.Context, id string, secrets map[string]string, first func(*executor) error) (report.Report, error) {
	var sum report.Report
	err := e.withLock(ctx, func(lock *heldLock) error {
		run, err := e.findUnfinished(ctx, id)
		if err != nil {
			return err
		}
		x, err := e.joinDeploy(ctx, lock, run, secrets)
		if err != nil {
			return err
		}
		if err := first(x); err != nil {
			return err
		}
		sum, err = x.runPhases(ctx)
		return err
	})
	return sum, err
}

// findUnfinished finds the deploy to continue with.
func (e *Engine) findUnfinished(ctx context.Context, id string) (Run, error) {
	run, err := newestRun(ctx, e.target.JournalReader())
	switch {
	case err != nil:
		return run, problem.Wrap(err, problem.NeedsPerson, "version-manager list", "the newest journal cannot be read, but a version can be deployed without it")
	case !run.IsOpen():
		return run, problem.New(problem.NotFound, "version-manager history", "no deploy was interrupted: there is nothing to resume")
	case id != "" && id != run.ID:
		return run, problem.New(problem.NotFound, "version-manager resume "+run.ID, "deploy %s has ended or does not exist: only the newest can be resumed", id)
	}
	return run, nil
}
