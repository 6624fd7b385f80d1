package deploy

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"version-manager/internal/kit/problem"
)

const (
	maxLogLines    = 10              // of each instance of a color that failed
	readLogTimeout = 1 * time.Second // a person is waiting
)

// stepError is the failure of one step, with the evidence.
type stepError struct {
	step  string
	err   error
	lines []string // last log lines of the new color
}

func (e *stepError) Error() string { return e.step + ": " + e.err.Error() }
func (e *stepError) Unwrap() error { return e.err }

func logLinesOf(err error) []string {
	if e, ok := errors.AsType[*stepError](err); ok {
		return slices.Clone(e.lines)
	}
	return nil
}

// lastLogLines reads the end of the new color's log, as far as this deploy
// wrote it. Without it a failure is a riddle, but failing to read it must not
// hide the failure.
func (d *deployment) lastLogLines() []string {
	ctx, cancel := context.WithTimeout(d.lock.ctx, readLogTimeout)
	defer cancel()
	logs, err := d.target.OpenLogs(ctx, LogQuery{Color: d.run.Plan.New, Since: d.logStart(), Tail: maxLogLines})
	if err != nil {
		return nil
	}
	defer logs.Close()
	var lines []string
	for s := bufio.NewScanner(logs); s.Scan(); {
		lines = append(lines, s.Text())
	}
	return lines
}

// logStart is when this deploy began to write logs. The last lines of a color
// that was warm before are older.
func (d *deployment) logStart() time.Time {
	if d.run.Plan.Warm {
		return time.Time{}
	}
	return d.run.Started
}

// noteInterrupt says what the first Ctrl-C does, which depends on the phase.
func (d *deployment) noteInterrupt(phase Phase) {
	p := d.run.Plan
	var effect string
	switch phase {
	case Planned, Preparing, Gating:
		effect = fmt.Sprintf("stopping %s again, nothing has been switched", p.New)
	case Switching, Baking:
		effect = fmt.Sprintf("rolling back, %s gets the traffic again", cmp.Or(string(p.From), "nobody"))
	case Draining:
		effect = fmt.Sprintf("%s keeps the traffic, %s stays warm", p.To(), p.From)
	case Retiring:
		effect = fmt.Sprintf("%s keeps the traffic, the last step takes a few seconds", p.To())
	case Reverting:
		effect = "the rollback continues, because it cannot stop halfway"
	}
	d.progress.ReportNote("interrupted: %s (press Ctrl-C again to leave everything as it is, for version-manager resume)", effect)
}

// verdict is the error that a person gets for how the deploy ended.
func (d *deployment) verdict(stopped bool) error {
	p, phase := d.run.Plan, d.run.Phase
	about := fmt.Sprintf("%s %s", p.Kind, p.To())
	history := cmp.Or(hintOf(d.cause), "version-manager history "+d.run.ID)
	switch {
	case phase == Stuck && errors.Is(d.cause, errNoOtherColor):
		return problem.Wrap(d.cause, problem.NeedsPerson, "version-manager logs --tail 50\nversion-manager resume",
			"%s: failed, and has the traffic", about).With(logLinesOf(d.cause)...)
	case phase == Stuck:
		return problem.Wrap(d.cause, problem.NeedsPerson,
			"version-manager status\nversion-manager logs --tail 50\nversion-manager resume",
			"%s: stuck, both colors are kept", about).With(logLinesOf(d.cause)...)
	case phase == Diverted:
		return problem.Wrap(d.cause, problem.Diverted, "version-manager status", "%s: somebody else changed the route, both colors are kept", about)
	case stopped:
		return problem.New(problem.Interrupted, history, "%s: interrupted, %s", about, d.activeText())
	case phase == Reverted && d.run.Wanted:
		return nil
	case phase == Reverted:
		return problem.Wrap(d.cause, problem.RolledBack, history, "%s: failed and rolled back, %s", about, d.activeText()).With(logLinesOf(d.cause)...)
	}
	return nil
}

// stopError is what a person reads if the deploy stops before its end.
func (d *deployment) stopError(err error) error {
	if cause := context.Cause(d.lock.ctx); cause != nil {
		err = cause
	}
	hint := "version-manager resume"
	if d.run.Phase == Retiring {
		hint += "\nversion-manager rollback"
	}
	return problem.Wrap(err, problem.Failed, hint, "deploy %s stopped while %s", d.run.ID, d.run.Phase)
}

// hintOf is the hint of the part that failed, which knows more than can be
// said here.
func hintOf(err error) string {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p.Hint
	}
	return ""
}

// activeText says who has the traffic at the end.
func (d *deployment) activeText() string {
	switch p := d.run.Plan; {
	case d.run.Phase == Done:
		return fmt.Sprintf("%s has all traffic", p.To())
	case p.From == "":
		return "nothing is deployed"
	default:
		return fmt.Sprintf("%s has all traffic", p.From)
	}
}
