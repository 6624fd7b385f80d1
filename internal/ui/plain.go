package ui

import (
	"fmt"
	"time"

	"version-manager/internal/progress"
)

// plainDisplay is the face for log files and pipes: a line with the time of day for
// each change. A step that has much to say is heard twice a second.
type plainDisplay struct {
	s         *Streams
	begin     progress.Event
	lastShown progress.Event // the last progress shown
	requests  *progress.RequestCount
}

const plainInterval = 500 * time.Millisecond

var _ Display = (*plainDisplay)(nil)

func newPlain(s *Streams) *plainDisplay { return &plainDisplay{s: s} }

func (p *plainDisplay) ShowEvent(e progress.Event) {
	if e.Tally != nil {
		p.requests = e.Tally
	}
	switch e = p.s.adaptEvent(e); e.Kind {
	case progress.EventBegin:
		p.begin = e
		p.printLine(e.Time, operationTitle(e, "->")+", "+FormatPlural(len(e.Steps), "step"))
	case progress.EventStep:
		p.printLine(e.Time, e.Step+": "+stepText(e))
		for _, l := range e.Lines {
			p.printLine(e.Time, "| "+l)
		}
	case progress.EventProgress:
		p.showProgress(e)
	case progress.EventNote:
		p.printLine(e.Time, e.Detail)
	case progress.EventEnd:
		p.showEnd(e)
	}
}

func (p *plainDisplay) Close() {}

func (p *plainDisplay) printLine(t time.Time, text string) {
	fmt.Fprintf(p.s.Err, "%s %s\n", t.Format(time.TimeOnly), CleanText(text))
}

func (p *plainDisplay) showProgress(e progress.Event) {
	detail := e.Detail
	if detail == "" && e.Side != nil {
		detail = readyText(*e.Side)
	}
	e.Detail = detail
	again := e.Step == p.lastShown.Step && (detail == p.lastShown.Detail || e.Time.Sub(p.lastShown.Time) < plainInterval)
	if detail != "" && !again {
		p.lastShown = e
		p.printLine(e.Time, e.Step+": "+detail)
	}
}

func (p *plainDisplay) showEnd(e progress.Event) {
	text := outcomeText(p.begin, e)
	if p.requests != nil {
		text += ", " + requestsText(*p.requests)
	}
	p.printLine(e.Time, text)
}
