package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"version-manager/internal/probe"
)

// Summarize returns the few plain lines with which a deploy ends on a terminal.
func Summarize(r Report) []string {
	w, err := speak("en")
	if err != nil {
		return nil // unreachable: the catalog is embedded and tested
	}
	m := r.Measurement
	lines := []string{w.verdict(r) + ": " + w.cost(r)}
	if m.Sent == 0 {
		return lines
	}
	if m.Failed > 0 {
		lines = append(lines, "failed: "+w.causes(m))
	}
	lines = append(lines, fmt.Sprintf("p50 %s, p99 %s, longest gap %s", w.FormatMillis(m.P50), w.FormatMillis(m.P99), w.FormatMillis(m.Gap)))
	if !r.SwitchedAt.IsZero() {
		lines = append(lines, w.switching(r))
	}
	if d := r.strayed(); d > 0 {
		lines = append(lines, w.LookupText("strayed", w.FormatDuration(d)))
	}
	lines = append(lines, w.remarks(r)...)
	if m.Skipped+m.Late > 0 {
		lines = append(lines, fmt.Sprintf("this machine was busy: %s requests not sent, %s sent late", w.FormatNumber(m.Skipped), w.FormatNumber(m.Late)))
	}
	if r.Partial {
		lines = append(lines, w.LookupText("partial"))
	}
	return slices.Collect(plain(lines))
}

// plain replaces the spaces that only a typesetter knows.
func plain(lines []string) func(func(string) bool) {
	return func(yield func(string) bool) {
		for _, l := range lines {
			if !yield(strings.ReplaceAll(l, "\u202f", " ")) {
				return
			}
		}
	}
}

func (w words) verdict(r Report) string {
	key := "verdict.other"
	switch {
	case r.Outcome == "done" && r.Kind == "rollback" && r.From != "":
		key = "verdict.rollback"
	case r.Outcome == "done" && r.From == "":
		key = "verdict.first"
	case r.Outcome == "reverted" && r.From == "":
		key = "verdict.reverted.first"
	case r.Outcome == "stuck" && r.From == "":
		key = "verdict.stuck.first"
	case r.Outcome == "done" || r.Outcome == "reverted" || r.Outcome == "stuck" || r.Outcome == "diverted":
		key = "verdict." + r.Outcome
	}
	return w.LookupText(key, r.From, r.To)
}

// cost is what the users had of it.
func (w words) cost(r Report) string {
	if r.Measurement.Sent == 0 {
		return w.LookupText("verdict.none")
	}
	return w.CountRequests(r.Measurement.Sent) + ", " + w.failed(r.Measurement.Failed)
}

func (w words) causes(m probe.Measurement) string {
	var parts []string
	for _, o := range slices.Sorted(maps.Keys(m.Causes)) {
		parts = append(parts, fmt.Sprintf("%s %s", w.FormatNumber(m.Causes[o]), w.LookupText("cause."+o.String())))
	}
	return strings.Join(parts, ", ")
}

// remarks are what else somebody has to know: what is still open, or was cut,
// and that the machine slept.
func (w words) remarks(r Report) (lines []string) {
	if o := r.Outgoing; o != nil {
		if o.InFlight+o.Tunnels > 0 {
			lines = append(lines, w.LookupText("outgoing.open", o.Version, w.open(o.InFlight, o.Tunnels)))
		}
		if o.Cut > 0 {
			lines = append(lines, w.LookupText("outgoing.cut", o.Version, w.CountRequests(o.Cut)))
		}
		if o.SentAway > 0 {
			lines = append(lines, w.LookupText("outgoing.away", o.Version, w.count("tunnels", o.SentAway)))
		}
	}
	if d := r.sleptFor(); d > 0 {
		lines = append(lines, w.LookupText("slept", w.FormatDuration(d)))
	}
	return lines
}

// open returns "10 requests, 2 WebSockets" and leaves out a count of zero.
func (w words) open(requests, tunnels int) string {
	var parts []string
	if requests > 0 {
		parts = append(parts, w.CountRequests(requests))
	}
	if tunnels > 0 {
		parts = append(parts, w.count("tunnels", tunnels))
	}
	return strings.Join(parts, ", ")
}

// switching tells when the traffic moved.
func (w words) switching(r Report) string {
	text := "switched at " + w.FormatClock(r.SwitchedAt) + " UTC"
	if !r.ConfirmedAt.IsZero() {
		text += ", confirmed " + w.FormatDuration(r.ConfirmedAt.Sub(r.SwitchedAt)) + " later"
	}
	if last := r.oldFinished(); !last.IsZero() {
		text += ", " + r.From + " finished its last request at " + w.FormatClock(last)
	}
	return text
}
