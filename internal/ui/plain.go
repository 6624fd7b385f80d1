package ui

import (
	"fmt"
	"strings"
	"time"

	"version-manager/internal/deploy"
)

// plain is the face for log files and pipes: a line with the time of day for
// each change. A step that has much to say is heard twice a second.
type plain struct {
	s     *Streams
	begin deploy.Event
	said  deploy.Event // the last progress shown
	tally *deploy.Tally
}

const plainPause = 500 * time.Millisecond

var _ Face = (*plain)(nil)

func newPlain(s *Streams) *plain { return &plain{s: s} }

func (p *plain) Show(e deploy.Event) {
	if e.Tally != nil {
		p.tally = e.Tally
	}
	switch e.Kind {
	case deploy.EventBegin:
		p.begin = e
		p.print(e.Time, headline(e, "->")+", "+Plural(len(e.Steps), "step"))
	case deploy.EventStep:
		p.print(e.Time, e.Step+": "+stepText(e))
		for _, l := range e.Lines {
			p.print(e.Time, "| "+l)
		}
	case deploy.EventProgress:
		p.progress(e)
	case deploy.EventNote:
		p.print(e.Time, e.Detail)
	case deploy.EventEnd:
		p.end(e)
	}
}

func (p *plain) Close() {}

func (p *plain) print(t time.Time, text string) {
	fmt.Fprintf(p.s.Err, "%s %s\n", t.Format(time.TimeOnly), Clean(text))
}

func stepText(e deploy.Event) string {
	text := string(e.Status)
	if e.Status == deploy.StatusDone || e.Status == deploy.StatusFailed {
		text += " after " + Duration(e.Elapsed)
	}
	if e.Detail != "" {
		text += ", " + e.Detail
	}
	return text
}

func (p *plain) progress(e deploy.Event) {
	detail := e.Detail
	if detail == "" && e.Side != nil {
		detail = readyText(*e.Side)
	}
	e.Detail = detail
	again := e.Step == p.said.Step && (detail == p.said.Detail || e.Time.Sub(p.said.Time) < plainPause)
	if detail != "" && !again {
		p.said = e
		p.print(e.Time, e.Step+": "+detail)
	}
}

func (p *plain) end(e deploy.Event) {
	text := outcomeText(p.begin, e)
	if p.tally != nil {
		text += ", " + tallyText(*p.tally)
	}
	p.print(e.Time, text)
}

// headline says what a deploy is about: "deploy caloguessr v1.2.0 -> v1.3.0 on
// green".
func headline(e deploy.Event, arrow string) string {
	text := strings.TrimLeft(e.Detail+" "+e.App+" ", " ")
	if e.From != "" && e.From != e.To {
		text += string(e.From) + " " + arrow + " "
	}
	text += string(e.To)
	if e.Color != "" {
		text += " on " + string(e.Color)
	}
	return text
}

func readyText(s deploy.Side) string { return fmt.Sprintf("%d/%d ready", s.Ready(), s.Want) }

func tallyText(t deploy.Tally) string {
	return Plural(t.Sent, "request") + ", " + Count(t.Failed) + " failed"
}

// outcomeText says what is true now that the deploy has ended.
func outcomeText(begin, end deploy.Event) string {
	var text string
	switch end.Outcome {
	case deploy.Done:
		text = fmt.Sprintf("done: %s has the traffic, on %s", begin.To, begin.Color)
	case deploy.Reverted:
		text = "taken back: " + before(begin)
	case deploy.Stuck:
		text = "stuck: both colors are kept, a person is needed"
	default:
		text = string(end.Outcome)
	}
	if end.Detail != "" {
		text += ": " + end.Detail
	}
	return text
}

func before(begin deploy.Event) string {
	if begin.From == "" {
		return "nothing is deployed, as before"
	}
	return string(begin.From) + " has the traffic, as before"
}
