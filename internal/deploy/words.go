package deploy

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"version-manager/internal/kit/problem"
	"version-manager/internal/probe"
)

const (
	lastLines  = 10              // of each instance's log
	lastMoment = 1 * time.Second // to read them: a person is waiting
)

// lastWords reads the end of the new color's log, as far as this deploy wrote
// it. Without it a failure is a riddle, but failing to get it must not hide
// the failure.
func (r *runner) lastWords() []string {
	ctx, cancel := context.WithTimeout(r.hold.life, lastMoment)
	defer cancel()
	logs, err := r.target.Logs(ctx, LogQuery{Color: r.run.Plan.New, Since: r.logsFrom(), Tail: lastLines})
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

// logsFrom is when this deploy began to write logs. A color that was warm
// before has its last words from earlier.
func (r *runner) logsFrom() time.Time {
	if r.run.Plan.Warm {
		return time.Time{}
	}
	return r.run.Started
}

// interrupted says what the first Ctrl-C does: that depends on the phase.
func (r *runner) interrupted(during Phase) {
	p := r.run.Plan
	var says string
	switch during {
	case Planned, Preparing, Gating:
		says = fmt.Sprintf("stopping %s again, nothing has been switched", p.New)
	case Switching, Baking:
		says = fmt.Sprintf("taking the deploy back, %s gets the traffic again", cmp.Or(string(p.From), "nobody"))
	case Draining:
		says = fmt.Sprintf("%s keeps the traffic, %s stays warm", p.To(), p.From)
	case Retiring:
		says = fmt.Sprintf("%s keeps the traffic, the last step takes a few seconds", p.To())
	case Reverting:
		says = "already on the way back, which does not stop halfway"
	}
	r.progress.ReportNote("interrupted: %s (a second Ctrl-C leaves everything as it is, for version-manager resume)", says)
}

// verdict is the error that a person gets for how the deploy ended.
func (r *runner) verdict() error {
	p := r.run.Plan
	about := fmt.Sprintf("%s %s", p.Kind, p.To())
	history := cmp.Or(advice(r.cause), "version-manager history "+r.run.ID)
	switch {
	case r.run.Phase == Stuck && errors.Is(r.cause, errNoWayBack):
		return problem.Wrap(r.cause, problem.NeedsPerson,
			"version-manager logs --tail 50\nversion-manager resume",
			"%s: failed, and has the traffic", about).With(evidence(r.cause)...)
	case r.run.Phase == Stuck:
		return problem.Wrap(r.cause, problem.NeedsPerson,
			"version-manager status\nversion-manager logs --tail 50\nversion-manager resume",
			"%s: stuck halfway, both colors are kept", about).With(evidence(r.cause)...)
	case r.run.Phase == Diverted:
		return problem.Wrap(r.cause, problem.Diverted, "version-manager status", "%s: somebody else changed the route, both colors are kept", about)
	case r.stopped:
		return problem.New(problem.Interrupted, history, "%s: interrupted, %s", about, r.left())
	case r.run.Phase == Reverted && r.run.Wanted:
		return nil
	case r.run.Phase == Reverted:
		return problem.Wrap(r.cause, problem.RolledBack, history, "%s: failed and rolled back, %s", about, r.left()).With(evidence(r.cause)...)
	}
	return nil
}

// advice is what the failed part itself recommends, which is closer to the
// matter than anything that can be said here.
func advice(err error) string {
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		return p.Hint
	}
	return ""
}

// left says who has the traffic at the end.
func (r *runner) left() string {
	switch p := r.run.Plan; {
	case r.run.Phase == Done:
		return fmt.Sprintf("%s has all traffic", p.To())
	case p.From == "":
		return "nothing is deployed"
	default:
		return fmt.Sprintf("%s has all traffic", p.From)
	}
}

// causes reads "3 refused, 1 reset", the most frequent first.
func causes(m map[probe.Outcome]int) string {
	outcomes := slices.SortedFunc(maps.Keys(m), func(a, b probe.Outcome) int {
		return cmp.Or(cmp.Compare(m[b], m[a]), cmp.Compare(a, b))
	})
	parts := make([]string, len(outcomes))
	for i, o := range outcomes {
		parts[i] = fmt.Sprintf("%d %v", m[o], o)
	}
	return strings.Join(parts, ", ")
}
