package kubernetes

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"
)

// maxLine is how long a line may be, in bytes. A longer one is taken for
// several, so that an app cannot fill this program's memory.
const maxLine = 2 << 20

// scan reads stamped lines and gives f those that are younger than after.
func scan(r io.Reader, pod string, after time.Time, f func(logLine) error) error {
	lines, l, isRest := bufio.NewReaderSize(r, maxLine), logLine{}, false
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

// parseLine takes the stamp off a line and puts the instance's name before it.
func parseLine(pod, line string) logLine {
	stamp, text, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
	at, err := time.Parse(time.RFC3339Nano, stamp)
	if err != nil {
		text = stamp + " " + text
	}
	return logLine{at, pod + " | " + text + "\n"}
}
