package ui

import (
	"fmt"
	"time"

	"version-manager/internal/progress"
)

// plain is the face for log files and pipes: a line with the time of day for
// each change. A step that has much to say is heard twice a second.
type plain struct {
	s     *Streams
	begin progress.Event
	said  progress.Event // the last progress shown
	tally *progress.RequestCount
}

const plainPause = 500 * time.Millisecond

var _ Face = (*plain)(nil)

func newPlain(s *Streams) *plain { return &plain{s: s} }

func (p *plain) Show(e progress.Event) {
	if e.Tally != nil {
		p.tally = e.Tally
	}
	switch e = p.s.spoken(e); e.Kind {
	case progress.EventBegin:
		p.begin = e
		p.print(e.Time, headline(e, "->")+", "+Plural(len(e.Steps), "step"))
	case progress.EventStep:
		p.print(e.Time, e.Step+": "+stepText(e))
		for _, l := range e.Lines {
			p.print(e.Time, "| "+l)
		}
	case progress.EventProgress:
		p.progress(e)
	case progress.EventNote:
		p.print(e.Time, e.Detail)
	case progress.EventEnd:
		p.end(e)
	}
}

func (p *plain) Close() {}

func (p *plain) print(t time.Time, text string) {
	fmt.Fprintf(p.s.Err, "%s %s\n", t.Format(time.TimeOnly), Clean(text))
}

func (p *plain) progress(e progress.Event) {
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

func (p *plain) end(e progress.Event) {
	text := outcomeText(p.begin, e)
	if p.tally != nil {
		text += ", " + tallyText(*p.tally)
	}
	p.print(e.Time, text)
}
