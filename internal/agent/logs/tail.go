package logs

import (
	"bufio"
	"io"
	"os"
	"strings"

	"version-manager/internal/kit/atomicfile"
)

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
	f, err := atomicfile.Open(path, os.O_RDONLY, 0)
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
