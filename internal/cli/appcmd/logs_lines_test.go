package appcmd

import (
	"strings"
	"testing"
)

func FuzzEachLine(f *testing.F) {
	f.Add("blue-1 | hello\nblue-2 | \n")
	f.Add("no newline")
	f.Add("\n\n")
	f.Fuzz(func(t *testing.T, logs string) {
		var lines []string
		n, err := eachLine(strings.NewReader(logs), func(line string) error {
			if l := splitLogLine(line); len(l.Instance)+len(l.Text) > len(line) {
				t.Errorf("%q became %+v", line, l)
			}
			lines = append(lines, line)
			return nil
		})
		if err != nil || n != int64(len(logs)) || strings.Join(lines, "\n") != strings.TrimSuffix(logs, "\n") {
			t.Errorf("%q became %q, %d bytes, %v", logs, lines, n, err)
		}
	})
}

func TestLongLineIsTakenForSeveral(t *testing.T) {
	for _, tt := range []struct{ length, lines int }{{maxLineBytes - 1, 1}, {maxLineBytes, 2}, {maxLineBytes + 1, 2}, {3 * maxLineBytes, 4}} {
		var lines, longest int
		n, err := eachLine(strings.NewReader(strings.Repeat("x", tt.length)+"\n"), func(line string) error {
			lines, longest = lines+1, max(longest, len(line))
			return nil
		})
		if err != nil || n != int64(tt.length)+1 || lines != tt.lines || longest > maxLineBytes {
			t.Errorf("%d bytes: %d lines, the longest of %d, %d bytes in all, %v", tt.length, lines, longest, n, err)
		}
	}
}
