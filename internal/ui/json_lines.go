package ui

import (
	"time"

	"version-manager/internal/progress"
)

// jsonDisplay is the face for programs: each event as it is, on a line of its own.
type jsonDisplay struct{ s *Streams }

var _ Display = jsonDisplay{}

// PrintNoteLine prints a sentence as [Lines] shows it.
func (s *Streams) PrintNoteLine(at time.Time, text string) {
	jsonDisplay{s}.ShowEvent(progress.Event{Time: at, Kind: progress.EventNote, Detail: joinCommands(text, false)})
}

// ShowEvent ignores errors: a deploy does not fail because nobody reads its
// lines.
func (l jsonDisplay) ShowEvent(e progress.Event) { _ = encodeLine(l.s.Err, l.s.adaptEvent(e)) }

func (jsonDisplay) Close() {}
