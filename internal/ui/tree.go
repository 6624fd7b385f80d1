package ui

import (
	"fmt"
	"strings"
	"time"

	"version-manager/internal/deploy"
)

// tree is what is known of a deploy so far: a fold over its events.
type tree struct {
	begin deploy.Event
	steps []step
	side  *deploy.Side
	tally *deploy.Tally
	notes []string
	words []string // the last ones of an instance that failed
	end   *deploy.Event
}

type step struct {
	name    string
	status  deploy.Status
	since   time.Time // when it began to run
	elapsed time.Duration
	detail  string
}

func (t *tree) apply(e deploy.Event) {
	if e.Tally != nil {
		t.tally = e.Tally
	}
	switch e.Kind {
	case deploy.EventBegin:
		t.begin = e
		for _, name := range e.Steps {
			t.steps = append(t.steps, step{name: name})
		}
	case deploy.EventStep:
		t.changed(t.step(e.Step), e)
	case deploy.EventProgress:
		t.side = e.Side
		if e.Detail != "" {
			t.step(e.Step).detail = e.Detail
		}
	case deploy.EventNote:
		t.notes = append(t.notes, e.Detail)
	case deploy.EventEnd:
		t.end, t.side = &e, nil
	}
}

func (t *tree) changed(s *step, e deploy.Event) {
	t.side = e.Side
	t.words = append(t.words, e.Lines...)
	s.status, s.elapsed = e.Status, e.Elapsed
	if e.Status == deploy.StatusRunning {
		s.since = e.Time.Add(-e.Elapsed)
	}
	if e.Detail != "" {
		s.detail = e.Detail
	}
}

// step finds a step by name. One that was not announced, as the way back from
// a failure needs it, is added at the end.
func (t *tree) step(name string) *step {
	for i := range t.steps {
		if t.steps[i].name == name {
			return &t.steps[i]
		}
	}
	t.steps = append(t.steps, step{name: name})
	return &t.steps[len(t.steps)-1]
}

// draw returns the tree as it stands at the moment now, and which of its
// lines is the one to keep in sight where not all fit.
func (t *tree) draw(now time.Time, sym symbols) (lines []line, focus int) {
	lines = append(lines, line{{sym.begin + " ", active}, {Clean(headline(t.begin, sym.arrow)), strong}, {"  " + t.clock(now), faint}})
	steps, pad := t.shown()
	for i, s := range steps {
		branch, stem := sym.branch, sym.stem
		if i == len(steps)-1 {
			branch, stem = sym.last, " "
		}
		lines = append(lines, s.draw(branch, pad, now, sym))
		if s.status == deploy.StatusRunning {
			focus = len(lines) - 1
			lines = append(lines, t.instances(stem, sym)...)
		}
	}
	return append(lines, t.foot(sym)...), focus
}

// shown are the steps to draw and the width of the longest name. What was not
// reached is of no interest any more once the deploy has ended.
func (t *tree) shown() (steps []step, pad int) {
	for _, s := range t.steps {
		if t.end != nil && s.status == "" {
			continue
		}
		steps = append(steps, s)
		pad = max(pad, cells(s.name))
	}
	return steps, pad
}

func (t *tree) clock(now time.Time) string {
	if t.begin.Time.IsZero() {
		return ""
	}
	if t.end != nil {
		now = t.end.Time
	}
	return Duration(now.Sub(t.begin.Time))
}

func (s step) draw(branch string, pad int, now time.Time, sym symbols) line {
	took := s.elapsed
	if s.status == deploy.StatusRunning {
		took = now.Sub(s.since)
	}
	text := ""
	if s.status != "" && s.status != deploy.StatusSkipped {
		text = Duration(took)
	}
	l := line{{branch + " ", faint}, {sym.status[s.status] + " ", tintOf(s.status)}, {Clean(s.name), ordinary}}
	word := string(s.status) // so that the symbol never stands alone
	if s.status == deploy.StatusDone || s.status == deploy.StatusRunning {
		word = ""
	}
	if text == "" && word == "" && s.detail == "" {
		return l
	}
	l = append(l, span{strings.Repeat(" ", max(0, pad-cells(s.name))) + fmt.Sprintf("  %6s", text), faint})
	if word != "" {
		l = append(l, span{"  " + word, tintOf(s.status)})
	}
	return append(l, span{indented(s.detail), detailTint(s.status)})
}

// detailTint keeps the eye on what goes on and on what went wrong.
func detailTint(s deploy.Status) tint {
	switch s {
	case deploy.StatusRunning:
		return ordinary
	case deploy.StatusFailed:
		return bad
	}
	return faint
}

func indented(s string) string {
	if s == "" {
		return ""
	}
	return "  " + Clean(s)
}

// instances is the standby color while it starts, an instance a line.
func (t *tree) instances(stem string, sym symbols) []line {
	if t.side == nil {
		return nil
	}
	var lines []line
	for _, i := range t.side.Instances {
		status, words := deploy.StatusRunning, "starting"
		switch {
		case i.Ready:
			status, words = deploy.StatusDone, "ready"
		case i.Reason != "":
			words = Clean(i.Reason)
		}
		if i.Restarts > 0 {
			words += ", " + Plural(i.Restarts, "restart")
		}
		lines = append(lines, line{{stem + "     ", faint}, {sym.status[status] + " ", tintOf(status)}, {Clean(i.ID), ordinary}, {"  " + words, faint}})
	}
	return lines
}

// foot is what follows the steps: the running count, notes, the last words of
// an instance until the error at the end repeats them, how it ended.
func (t *tree) foot(sym symbols) []line {
	var lines []line
	if t.tally != nil {
		tint := good
		if t.tally.Failed > 0 {
			tint = bad
		}
		lines = append(lines, line{{"   " + tallyText(*t.tally), tint}})
	}
	for _, n := range t.notes {
		lines = append(lines, line{{"   " + Clean(n), warning}})
	}
	if t.end == nil {
		for _, w := range t.words {
			lines = append(lines, line{{"   " + sym.bar + " ", faint}, {Clean(w), ordinary}})
		}
		return lines
	}
	status := deploy.StatusFailed
	if t.end.Outcome == deploy.Done {
		status = deploy.StatusDone
	}
	return append(lines, line{{sym.status[status] + " ", tintOf(status)}, {Clean(outcomeText(t.begin, *t.end)), strong}})
}
