package ui

import (
	"time"

	"version-manager/internal/progress"
)

// Display shows a command while it runs. All displays get the same events and
// differ only in how they show them. ShowEvent may be called from any goroutine,
// one at a time, and never waits for a reader. Close leaves the final state on
// the screen and must be called before anything else is printed.
type Display interface {
	ShowEvent(progress.Event)
	Close()
}

// ProgressMode names a display. It is a value of --progress.
type ProgressMode string

const (
	Auto      ProgressMode = "auto"  // TTY on a terminal that can move its cursor, else Plain
	TTY       ProgressMode = "tty"   // a tree, redrawn in place
	Plain     ProgressMode = "plain" // a line for each change
	JSONLines ProgressMode = "json"  // the events themselves, one JSON object per line
	Quiet     ProgressMode = "quiet" // nothing: the error, if there is one, is printed anyway
)

// ProgressModes returns all modes, in the order of the help.
func ProgressModes() []ProgressMode { return []ProgressMode{Auto, TTY, Plain, JSONLines, Quiet} }

// ResolveProgress returns the mode that p means for these streams. dumb says that
// the terminal cannot move its cursor.
func (s *Streams) ResolveProgress(p ProgressMode, dumb bool) ProgressMode {
	switch {
	case p != Auto:
		return p
	case s.Err.Terminal && !dumb:
		return TTY
	}
	return Plain
}

// NewDisplay returns the display of mode p, which must not be Auto. It writes to
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
