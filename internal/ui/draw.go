package ui

import (
	"fmt"
	"strings"
	"time"

	"version-manager/internal/progress"
)

// drawTree returns the tree as it stands at the moment now for a screen of so many
// columns, and which of its lines is the one to keep in sight where not all
// fit.
func (t *tree) drawTree(now time.Time, sym symbols, width int) (lines []line, focus int) {
	lines = append(lines, line{{sym.begin + " ", active}, {CleanText(operationTitle(t.begin, sym.arrow)), strong}, {"  " + t.elapsedTime(now), faint}})
	steps, pad := t.shownSteps()
	for i, s := range steps {
		branch, stem := sym.branch, sym.stem
		if i == len(steps)-1 {
			branch, stem = sym.last, " "
		}
		lines = append(lines, s.drawStep(branch, pad, now, sym))
		if s.status == progress.StatusRunning {
			focus = len(lines) - 1
			lines = append(lines, t.drawInstances(stem, sym)...)
		}
	}
	return append(lines, t.drawFooter(sym, width)...), focus
}

// shownSteps are the steps to draw and the width of the longest name. Steps
// that were not reached are left out once the deploy has ended.
func (t *tree) shownSteps() (steps []stepState, pad int) {
	for _, s := range t.steps {
		if t.end != nil && s.status == "" {
			continue
		}
		steps = append(steps, s)
		pad = max(pad, countCells(s.name))
	}
	return steps, pad
}

func (t *tree) elapsedTime(now time.Time) string {
	if t.begin.Time.IsZero() {
		return ""
	}
	if t.end != nil {
		now = t.end.Time
	}
	return FormatDuration(now.Sub(t.begin.Time))
}

func (s stepState) drawStep(branch string, pad int, now time.Time, sym symbols) line {
	took := s.elapsed
	if s.status == progress.StatusRunning {
		took = now.Sub(s.since)
	}
	text := ""
	if s.status != "" && s.status != progress.StatusSkipped {
		text = FormatDuration(took)
	}
	l := line{{branch + " ", faint}, {sym.status[s.status] + " ", tintOf(s.status)}, {CleanText(s.name), ordinary}}
	word := string(s.status) // so that the symbol never stands alone
	if s.status == progress.StatusDone || s.status == progress.StatusRunning {
		word = ""
	}
	if text == "" && word == "" && s.detail == "" {
		return l
	}
	l = append(l, span{strings.Repeat(" ", max(0, pad-countCells(s.name))) + fmt.Sprintf("  %6s", text), faint})
	if word != "" {
		l = append(l, span{"  " + word, tintOf(s.status)})
	}
	return append(l, span{indentDetail(s.detail), detailTint(s.status)})
}

// detailTint keeps the eye on what goes on and on what went wrong.
func detailTint(s progress.Status) tint {
	switch s {
	case progress.StatusRunning:
		return ordinary
	case progress.StatusFailed:
		return bad
	}
	return faint
}

func indentDetail(s string) string {
	if s == "" {
		return ""
	}
	return "  " + CleanText(s)
}

// drawInstances is the standby color while it starts, an instance a line.
func (t *tree) drawInstances(stem string, sym symbols) []line {
	if t.side == nil {
		return nil
	}
	var lines []line
	for _, i := range t.side.Instances {
		status, words := progress.StatusRunning, "starting"
		switch {
		case i.Ready:
			status, words = progress.StatusDone, "ready"
		case i.Reason != "":
			words = CleanText(i.Reason)
		}
		if i.Restarts > 0 {
			words += ", " + FormatPlural(i.Restarts, "restart")
		}
		lines = append(lines, line{{stem + "     ", faint}, {sym.status[status] + " ", tintOf(status)}, {CleanText(i.ID), ordinary}, {"  " + words, faint}})
	}
	return lines
}

// footerIndent begins the lines below the steps.
const footerIndent = "   "

// drawFooter returns the lines below the steps: the count of requests, notes,
// the last output of a failed instance until the error at the end repeats it,
// and how the deploy ended. Notes are whole sentences, so they are wrapped.
func (t *tree) drawFooter(sym symbols, width int) []line {
	var lines []line
	if t.requests != nil {
		tint := good
		if t.requests.Failed > 0 {
			tint = bad
		}
		lines = append(lines, line{{footerIndent + requestsText(*t.requests), tint}})
	}
	for _, n := range t.notes {
		for _, part := range wrapLine(CleanText(n), width-len(footerIndent)) {
			lines = append(lines, line{{footerIndent + part, warning}})
		}
	}
	if t.end == nil {
		for _, w := range t.lastLogLines {
			lines = append(lines, line{{footerIndent + sym.bar + " ", faint}, {CleanText(w), ordinary}})
		}
		return lines
	}
	status := progress.StatusFailed
	if t.end.Outcome == outcomeDone {
		status = progress.StatusDone
	}
	return append(lines, line{{sym.status[status] + " ", tintOf(status)}, {CleanText(outcomeText(t.begin, *t.end)), strong}})
}
