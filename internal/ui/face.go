package ui

import (
	"fmt"
	"time"

	"version-manager/internal/deploy"
)

// Face shows a deploy while it runs. All faces get the same events; they
// differ only in what they make of them. Show may be called from any
// goroutine, one at a time. Close leaves the final state on the screen and
// must be called before anything else is printed.
type Face interface {
	Show(deploy.Event)
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

// NewFace returns the face that p names, on standard error. dumb says that
// the terminal cannot move its cursor.
func (s *Streams) NewFace(p Progress, dumb bool, now func() time.Time) (Face, error) {
	switch p {
	case Auto:
		if s.Err.Terminal && !dumb {
			return newTTY(s, now), nil
		}
		return newPlain(s), nil
	case TTY:
		return newTTY(s, now), nil
	case Plain:
		return newPlain(s), nil
	case Lines:
		return newLines(s), nil
	case Quiet:
		return quiet{}, nil
	}
	return nil, fmt.Errorf("%q is not a progress", p)
}

type quiet struct{}

var _ Face = quiet{}

func (quiet) Show(deploy.Event) {}
func (quiet) Close()            {}
