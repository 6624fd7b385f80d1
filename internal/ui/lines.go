package ui

import (
	"time"

	"version-manager/internal/progress"
)

// lines is the face for programs: each event as it is, on a line of its own.
type lines struct{ s *Streams }

var _ Face = lines{}

// NoteLine prints a sentence as [Lines] shows it.
func (s *Streams) NoteLine(at time.Time, text string) {
	lines{s}.Show(progress.Event{Time: at, Kind: progress.EventNote, Detail: text})
}

// Show cannot report that nobody reads any more; the deploy is worth more
// than its lines.
func (l lines) Show(e progress.Event) { _ = encodeLine(l.s.Err, l.s.spoken(e)) }

func (lines) Close() {}
