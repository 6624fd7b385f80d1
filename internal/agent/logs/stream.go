package logs

import (
	"bufio"
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Query selects lines. Zero values mean all.
type Query struct {
	Match  func(instance string) bool
	Tail   int    // last lines of each instance
	Since  string // stamp after which lines are wanted
	Follow bool   // go on until the context ends
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
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(followEvery):
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

// tail reads one instance's files, each line once, across rotation.
type tail struct {
	path, instance string
	f              *os.File // being read
	r              *bufio.Reader
	part           string // beginning of a line that is not whole yet
}

func (t *tail) close() {
	if t.f != nil {
		t.f.Close()
	}
}

// read returns the whole lines that came since the last call.
func (t *tail) read(since string) (lines []Line) {
	if t.f == nil && !t.open(oldest(t.path)) {
		return nil
	}
	for {
		text, err := t.r.ReadString('\n')
		t.part += text
		if err == io.EOF {
			if t.advance() {
				continue
			}
			return lines
		}
		if err != nil {
			return lines
		}
		stamp, text, ok := strings.Cut(strings.TrimRight(t.part, "\r\n"), " ")
		t.part = ""
		if ok && stamp > since {
			lines = append(lines, Line{stamp, t.instance, text})
		}
	}
}

// advance goes on to the next younger file, if the one being read is no
// longer the youngest and was read to its end.
func (t *tail) advance() bool {
	here, err := t.f.Stat()
	if err != nil {
		return false
	}
	for n := range fileKeep {
		info, err := os.Stat(older(t.path, n))
		if err != nil || !os.SameFile(info, here) {
			continue
		}
		if n == 0 {
			return false
		}
		if more, _ := t.r.Peek(1); len(more) > 0 {
			return true // written between our last read and the rotation
		}
		return t.open(older(t.path, n-1))
	}
	return t.open(oldest(t.path)) // rotated away while we were slow
}

func (t *tail) open(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	t.close()
	t.f, t.r, t.part = f, bufio.NewReader(f), ""
	return true
}

func oldest(path string) string {
	for n := fileKeep - 1; n > 0; n-- {
		if _, err := os.Stat(older(path, n)); err == nil {
			return older(path, n)
		}
	}
	return path
}
