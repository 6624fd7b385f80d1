package ui

import (
	"encoding/json"
	"time"

	"version-manager/internal/deploy"
)

// lines is the face for programs: each event as it is, on a line of its own.
type lines struct {
	s  *Streams
	to *json.Encoder
}

var _ Face = lines{}

func newLines(s *Streams) lines {
	e := json.NewEncoder(s.Err)
	e.SetEscapeHTML(false)
	return lines{s, e}
}

// NoteLine prints a sentence as [Lines] shows it.
func (s *Streams) NoteLine(at time.Time, text string) {
	newLines(s).Show(deploy.Event{Time: at, Kind: deploy.EventNote, Detail: text})
}

// Show cannot report that nobody reads any more; the deploy is worth more
// than its lines.
func (l lines) Show(e deploy.Event) { _ = l.to.Encode(l.s.spoken(e)) }

func (lines) Close() {}
