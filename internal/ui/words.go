package ui

import (
	"fmt"
	"strings"

	"version-manager/internal/deploy"
	"version-manager/internal/progress"
)

func stepText(e progress.Event) string {
	text := string(e.Status)
	if e.Status == progress.StatusDone || e.Status == progress.StatusFailed {
		text += " after " + Duration(e.Elapsed)
	}
	if e.Detail != "" {
		text += ", " + e.Detail
	}
	return text
}

// headline says what a deploy is about: "deploy caloguessr v1.2.0 -> v1.3.0 on
// green".
func headline(e progress.Event, arrow string) string {
	text := strings.TrimLeft(e.Detail+" "+e.App+" ", " ")
	if e.From != "" && e.From != e.To {
		text += string(e.From) + " " + arrow + " "
	}
	text = strings.TrimRight(text+string(e.To), " ")
	if e.Color != "" {
		text += " on " + string(e.Color)
	}
	return text
}

func readyText(s progress.ColorStatus) string {
	return fmt.Sprintf("%d/%d ready", s.CountReady(), s.Want)
}

func tallyText(t progress.RequestCount) string {
	return Plural(t.Sent, "request") + ", " + Count(t.Failed) + " failed"
}

// outcomeText says what is true now that the deploy has ended.
func outcomeText(begin, end progress.Event) string {
	var text string
	switch deploy.Phase(end.Outcome) {
	case deploy.Done:
		text = fmt.Sprintf("done: %s has the traffic, on %s", begin.To, begin.Color)
	case deploy.Reverted:
		text = "taken back: " + before(begin)
	case deploy.Stuck:
		text = "stuck: all is kept, a person is needed"
	case deploy.Diverted:
		text = "diverted: somebody else changed the route, both colors are kept"
	default:
		text = string(end.Outcome)
	}
	if end.Detail != "" {
		text += ": " + end.Detail
	}
	return text
}

func before(begin progress.Event) string {
	if begin.From == "" {
		return "nothing is deployed, as before"
	}
	return string(begin.From) + " has the traffic, as before"
}
