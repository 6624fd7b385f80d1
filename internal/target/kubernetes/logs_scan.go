package kubernetes

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"time"
)

// scan reads stamped lines, which may be of any length, and gives f those that
// are younger than after.
func scan(r io.Reader, pod string, after time.Time, f func(logLine) error) error {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line != "" {
			if l := parseLine(pod, line); after.IsZero() || l.at.After(after) {
				if err := f(l); err != nil {
					return err
				}
			}
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
