package logs

import (
	"bufio"
	"io"
	"os"
	"strings"

	"version-manager/internal/kit/atomicfile"
)

// fileTail reads one instance's files across rotation, each line once.
type fileTail struct {
	path, instance string
	f              *os.File // being read
	r              *bufio.Reader
	part           string // beginning of an incomplete line
}

func (t *fileTail) closeFile() {
	if t.f != nil {
		t.f.Close()
	}
}

// readLines returns the whole lines that came since the last call.
func (t *fileTail) readLines(since string) (lines []Line) {
	if t.f == nil && !t.openFile(oldestName(t.path)) {
		return nil
	}
	for {
		text, err := t.r.ReadString('\n')
		t.part += text
		if err == io.EOF {
			if t.advanceFile() {
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

// advanceFile opens the next newer file, if the one being read is not the newest
// anymore and was read to its end.
func (t *fileTail) advanceFile() bool {
	here, err := t.f.Stat()
	if err != nil {
		return false
	}
	for n := range keptFiles {
		info, err := os.Stat(rotatedName(t.path, n))
		if err != nil || !os.SameFile(info, here) {
			continue
		}
		if n == 0 {
			return false
		}
		if more, _ := t.r.Peek(1); len(more) > 0 {
			return true // written between our last read and the rotation
		}
		return t.openFile(rotatedName(t.path, n-1))
	}
	return t.openFile(oldestName(t.path)) // rotated away while we were slow
}

func (t *fileTail) openFile(path string) bool {
	f, err := atomicfile.OpenRegular(path, os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	t.closeFile()
	t.f, t.r, t.part = f, bufio.NewReader(f), ""
	return true
}

func oldestName(path string) string {
	for n := keptFiles - 1; n > 0; n-- {
		if _, err := os.Stat(rotatedName(path, n)); err == nil {
			return rotatedName(path, n)
		}
	}
	return path
}
