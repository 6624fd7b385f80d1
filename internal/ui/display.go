package ui

import (
	"time"

	"version-manager/internal/progress"
)

// Display shows a deploy while it runs. All faces get the same events; they
// differ only in what they make of them. Show may be called from any
// goroutine, one at a time, and never waits for whoever reads. Close leaves the final state on the screen and
// must be called before anything else is printed.
type Display interface {
	ShowEvent(progress.Event)
	Close()
}

// ProgressMode names a face.
type ProgressMode string

const (
	Auto      ProgressMode = "auto"  // TTY on a terminal that can move its cursor, else Plain
	TTY       ProgressMode = "tty"   // a tree, redrawn in place
	Plain     ProgressMode = "plain" // a line for each change
	JSONLines ProgressMode = "json"  // the events themselves, one JSON object per line
	Quiet     ProgressMode = "quiet" // nothing: the error, if there is one, is printed anyway
)

// ProgressModes are all names, as a flag's help lists them.
func ProgressModes() []ProgressMode { return []ProgressMode{Auto, TTY, Plain, JSONLines, Quiet} }

// ResolveProgress returns the face that p means here. dumb says that the terminal
// cannot move its cursor.
func (s *Streams) ResolveProgress(p ProgressMode, dumb bool) ProgressMode {
	switch {
	case p != Auto:
		return p
	case s.Err.Terminal && !dumb:
		return TTY
	}
	return Plain
}

// NewDisplay returns the face that p, which is not Auto, names. It shows on
// standard error.
func (s *Streams) NewDisplay(p ProgressMode, now func() time.Time) Display {
	switch p {
	case TTY:
		return newTTY(s, now)
	case JSONLines:
		return newQueued(jsonDisplay{s})
	case Quiet:
		return quietDisplay{}
	}
	return newQueued(newPlain(s))
}

type quietDisplay struct{}

var _ Display = quietDisplay{}

func (quietDisplay) ShowEvent(progress.Event) {}
func (quietDisplay) Close()                   {}
