package logs

import (
	"cmp"
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"version-manager/internal/kit/wait"
)

// Query selects lines. Zero values mean all.
type Query struct {
	Match  func(instance string) bool
	Tail   int    // last lines of each instance
	Since  string // stamp after which lines are wanted
	Follow bool   // go on until the context ends
}

// MatchInstances selects the instances of one color, or one instance. Empty
// values select all.
func MatchInstances(color, instance string) func(string) bool {
	return func(name string) bool {
		return (instance == "" || name == instance) && (color == "" || strings.HasPrefix(name, color+"-"))
	}
}

// Line is one line of one instance.
type Line struct {
	Stamp    string // time, in a form that sorts
	Instance string
	Text     string
}

const (
	logSuffix      = ".log"
	followInterval = 100 * time.Millisecond
)

// StreamLines calls emit for the lines in the log files of a folder, merged by time.
func StreamLines(ctx context.Context, dir string, q Query, emit func(Line) error) error {
	s := &lineStream{dir: dir, q: q, tails: map[string]*fileTail{}}
	defer s.closeTails()
	for {
		lines, err := s.nextLines()
		if err != nil {
			return err
		}
		for _, l := range lines {
			if err := emit(l); err != nil {
				return err
			}
		}
		if !q.Follow {
			return nil
		}
		if wait.SleepContext(ctx, followInterval) != nil {
			return nil
		}
	}
}

type lineStream struct {
	dir   string
	q     Query
	tails map[string]*fileTail
}

func (s *lineStream) closeTails() {
	for _, t := range s.tails {
		t.closeFile()
	}
}

// nextLines returns the lines that are new since the last call, also those of new
// instances.
func (s *lineStream) nextLines() ([]Line, error) {
	paths, err := filepath.Glob(filepath.Join(s.dir, "*"+logSuffix))
	if err != nil {
		return nil, err
	}
	var all []Line
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), logSuffix)
		if s.q.Match != nil && !s.q.Match(name) {
			continue
		}
		t := s.tails[path]
		first := t == nil
		if first {
			t = &fileTail{path: path, instance: name}
			s.tails[path] = t
		}
		lines := t.readLines(s.q.Since)
		if first && s.q.Tail > 0 {
			lines = lines[max(0, len(lines)-s.q.Tail):]
		}
		all = append(all, lines...)
	}
	slices.SortStableFunc(all, func(a, b Line) int { return cmp.Compare(a.Stamp, b.Stamp) })
	return all, nil
}
