package ui

import (
	"fmt"
	"strings"

	"version-manager/internal/progress"
)

func stepText(e progress.Event) string {
	text := string(e.Status)
	if e.Status == progress.StatusDone || e.Status == progress.StatusFailed {
		text += " after " + FormatDuration(e.Elapsed)
	}
	if e.Detail != "" {
		text += ", " + e.Detail
	}
	return text
}

// operationTitle says what a deploy is about: "deploy caloguessr v1.2.0 -> v1.3.0 on
// green".
func operationTitle(e progress.Event, arrow string) string {
	text := strings.TrimLeft(e.Detail+" "+e.App+" ", " ")
	if e.From != "" && e.From != e.To {
		text += e.From + " " + arrow + " "
	}
	text = strings.TrimRight(text+e.To, " ")
	if e.Color != "" {
		text += " on " + string(e.Color)
	}
	return text
}

func readyText(s progress.ColorStatus) string {
	return fmt.Sprintf("%d/%d ready", s.CountReady(), s.Want)
}

func requestsText(t progress.RequestCount) string {
	return FormatPlural(t.Sent, "request") + ", " + FormatCount(t.Failed) + " failed"
}

// The outcomes of a deploy, which are its last phases.
const (
	outcomeDone     = "done"
	outcomeReverted = "reverted"
	outcomeStuck    = "stuck"
	outcomeDiverted = "diverted"
)

// outcomeText says what is true now that the deploy has ended.
func outcomeText(begin, end progress.Event) string {
	var text string
	switch end.Outcome {
	case outcomeDone:
		text = fmt.Sprintf("done: %s has the traffic, on %s", begin.To, begin.Color)
	case outcomeReverted:
		text = "rolled back: " + describeBefore(begin)
	case outcomeStuck:
		text = "stuck: nothing was removed, manual action is needed"
	case outcomeDiverted:
		text = "diverted: somebody else changed the route, both colors are kept"
	default:
		text = end.Outcome
	}
	if end.Detail != "" {
		text += ": " + end.Detail
	}
	return text
}

func describeBefore(begin progress.Event) string {
	if begin.From == "" {
		return "nothing is deployed, as before"
	}
	return begin.From + " has the traffic, as before"
}
