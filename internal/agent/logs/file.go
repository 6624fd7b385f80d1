package logs

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"sync"
	"time"

	"version-manager/internal/kit/atomicfile"
)

const (
	maxFileBytes     = 10 << 20 // bytes, after which the next file begins
	keptFiles        = 3        // files, with the one being written
	maxLineBytes     = 64 << 10 // bytes, after which a line is broken in two
	maxLastLineBytes = 300      // bytes of the last line that are remembered

	// stampLayout sorts as text. A space and the line follow it.
	stampLayout = "2006-01-02T15:04:05.000000Z"
)

// FormatStamp returns t as it stands at the start of a line.
func FormatStamp(t time.Time) string { return t.UTC().Format(stampLayout) }

// File is a log file that stamps lines and rotates. Bytes go to the disk as they
// arrive, not line by line, so that a killed agent loses none.
type File struct {
	path  string
	limit int64

	mu    sync.Mutex
	f     *os.File
	size  int64
	open  int // bytes of the line begun so far, 0 at the start of a line
	stamp time.Time
	line  []byte // beginning of the current line
	last  string
	lost  int // bytes that could not be written
}

// OpenFile opens the log at path to append to it.
func OpenFile(path string) (*File, error) {
	l := &File{path: path, limit: maxFileBytes}
	return l, l.openCurrent()
}

func (l *File) openCurrent() error {
	f, err := atomicfile.OpenRegular(l.path, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		return fmt.Errorf("open log: %w", err)
	}
	info, err := f.Stat()
	if err != nil {
		return errors.Join(err, f.Close())
	}
	l.f, l.size, l.open = f, info.Size(), 0
	end := make([]byte, 1)
	if _, err := f.ReadAt(end, l.size-1); err == nil && end[0] != '\n' {
		l.open = 1 // the process that wrote before us was killed within a line
	}
	return nil
}

// Write takes bytes as an instance printed them. Lines may arrive in pieces.
func (l *File) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []byte
	for piece := range bytes.Lines(p) {
		if l.open == 0 {
			out = append(out, l.nextStamp()...)
		}
		l.open += len(piece)
		out = append(out, piece...)
		l.rememberLine(piece)
		switch {
		case piece[len(piece)-1] == '\n':
			l.open = 0
		case l.open > maxLineBytes:
			out = append(out, '\n')
			l.open = 0
		}
	}
	return len(p), l.appendBytes(out)
}

// EndLine ends a line that was left open.
func (l *File) EndLine() error {
	l.mu.Lock()
	open := l.open > 0
	l.mu.Unlock()
	if !open {
		return nil
	}
	_, err := l.Write([]byte{'\n'})
	return err
}

// LastLine returns the beginning of the last line that is not empty.
func (l *File) LastLine() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now := bytes.TrimSpace(l.line); len(now) > 0 {
		return string(now)
	}
	return l.last
}

// Close closes the file.
func (l *File) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.f.Close()
}

// nextStamp returns a stamp that grows with every line, so that it tells lines
// apart even when they arrived together or the clock was set back.
func (l *File) nextStamp() string {
	now := time.Now().UTC().Truncate(time.Microsecond)
	if !now.After(l.stamp) {
		now = l.stamp.Add(time.Microsecond)
	}
	l.stamp = now
	return FormatStamp(now) + " "
}

func (l *File) rememberLine(piece []byte) {
	if room := maxLastLineBytes - len(l.line); room > 0 {
		l.line = append(l.line, piece[:min(room, len(piece))]...)
	}
	if piece[len(piece)-1] != '\n' {
		return
	}
	if text := bytes.TrimSpace(l.line); len(text) > 0 {
		l.last = string(text)
	}
	l.line = l.line[:0]
}

func (l *File) appendBytes(out []byte) error {
	if l.lost > 0 {
		note := fmt.Sprintf("%s[%d bytes were lost: the log could not be written]\n", l.nextStamp(), l.lost)
		if _, err := l.f.WriteString(note); err == nil {
			l.lost = 0
		}
	}
	n, err := l.f.Write(out)
	l.size += int64(n)
	if err != nil {
		l.lost += len(out) - n
		return err
	}
	if l.size >= l.limit && l.open == 0 {
		return l.rotateFiles()
	}
	return nil
}

// rotateFiles names the files path, path.1, path.2, newest first.
func (l *File) rotateFiles() error {
	for n := keptFiles - 1; n > 0; n-- {
		err := os.Rename(rotatedName(l.path, n-1), rotatedName(l.path, n))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	old := l.f
	if err := l.openCurrent(); err != nil {
		return err
	}
	return old.Close()
}

func rotatedName(path string, n int) string {
	if n == 0 {
		return path
	}
	return path + "." + strconv.Itoa(n)
}
