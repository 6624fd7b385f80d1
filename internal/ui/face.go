package ui

import (
	"time"

	"version-manager/internal/progress"
)

// Face shows a deploy while it runs. All faces get the same events; they
// differ only in what they make of them. Show may be called from any
// goroutine, one at a time, and never waits for whoever reads. Close leaves the final state on the screen and
// must be called before anything else is printed.
type Face interface {
	Show(progress.Event)
	Close()
}

// Progress names a face.
type Progress string

const (
	Auto  Progress = "auto"  // TTY on a terminal that can move its cursor, else Plain
	TTY   Progress = "tty"   // a tree, redrawn in place
	Plain Progress = "plain" // a line for each change
	Lines Progress = "json"  // the events themselves, one JSON object per line
	Quiet Progress = "quiet" // nothing: the error, if there is one, is printed anyway
)

// Progresses are all names, as a flag's help lists them.
func Progresses() []Progress { return []Progress{Auto, TTY, Plain, Lines, Quiet} }

// Resolve returns the face that p means here. dumb says that the terminal
// cannot move its cursor.
func (s *Streams) Resolve(p Progress, dumb bool) Progress {
	switch {
	case p != Auto:
		return p
	case s.Err.Terminal && !dumb:
		return TTY
	}
	return Plain
}

// NewFace returns the face that p, which is not Auto, names. It shows on
// standard error.
func (s *Streams) NewFace(p Progress, now func() time.Time) Face {
	switch p {
	case TTY:
		return newTTY(s, now)
	case Lines:
		return detach(lines{s})
	case Quiet:
		return quiet{}
	}
	return detach(newPlain(s))
}

type quiet struct{}

var _ Face = quiet{}

func (quiet) Show(progress.Event) {}
func (quiet) Close()              {}
