package logs

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"
)

// maxLineBytes is the longest line. A longer one is split, so that an app
// cannot fill this program's memory.
const maxLineBytes = 2 << 20

// logLine is one line as it is shown.
type logLine struct {
	at   time.Time
	text string
}

// scanLines reads lines with timestamps and calls f with those that are newer
// than after.
func scanLines(r io.Reader, pod string, after time.Time, f func(logLine) error) error {
	lines, l, isRest := bufio.NewReaderSize(r, maxLineBytes), logLine{}, false
	for {
		line, err := lines.ReadSlice('\n')
		if isRest {
			l.text = pod + " | " + strings.TrimSuffix(string(line), "\n") + "\n"
		} else {
			l = parseLine(pod, string(line))
		}
		if len(line) > 0 && (after.IsZero() || l.at.After(after)) {
			if err := f(l); err != nil {
				return err
			}
		}
		if isRest = errors.Is(err, bufio.ErrBufferFull); isRest {
			continue
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// parseLine replaces the timestamp of a line by the instance's name.
func parseLine(pod, line string) logLine {
	stamp, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		text = stamp + " " + text
	}
	return logLine{at, pod + " | " + text + "\n"}
}
