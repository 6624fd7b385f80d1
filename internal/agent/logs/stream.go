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

// Matcher selects the instances of one color, or one instance; empty words
// select all.
func Matcher(color, instance string) func(string) bool {
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
	suffix      = ".log"
	followEvery = 100 * time.Millisecond
)

// Stream calls emit for the lines in the log files of a folder, merged by time.
func Stream(ctx context.Context, dir string, q Query, emit func(Line) error) error {
	s := &stream{dir: dir, q: q, tails: map[string]*tail{}}
	defer s.close()
	for {
		lines, err := s.next()
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
		if wait.For(ctx, followEvery) != nil {
			return nil
		}
	}
}

type stream struct {
	dir   string
	q     Query
	tails map[string]*tail
}

func (s *stream) close() {
	for _, t := range s.tails {
		t.close()
	}
}

// next returns the lines that are new since the last call, of instances that
// are new as well.
func (s *stream) next() ([]Line, error) {
	paths, err := filepath.Glob(filepath.Join(s.dir, "*"+suffix))
	if err != nil {
		return nil, err
	}
	var all []Line
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), suffix)
		if s.q.Match != nil && !s.q.Match(name) {
			continue
		}
		t := s.tails[path]
		first := t == nil
		if first {
			t = &tail{path: path, instance: name}
			s.tails[path] = t
		}
		lines := t.read(s.q.Since)
		if first && s.q.Tail > 0 {
			lines = lines[max(0, len(lines)-s.q.Tail):]
		}
		all = append(all, lines...)
	}
	slices.SortStableFunc(all, func(a, b Line) int { return cmp.Compare(a.Stamp, b.Stamp) })
	return all, nil
}
