package cli

import (
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/ui"
)

func FuzzEachLine(f *testing.F) {
	f.Add("blue-1 | hello\nblue-2 | \n")
	f.Add("no newline")
	f.Add("\n\n")
	f.Fuzz(func(t *testing.T, logs string) {
		var lines []string
		n, err := eachLine(strings.NewReader(logs), func(line string) error {
			if l := loggedOf(line); len(l.Instance)+len(l.Text) > len(line) {
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
	for _, tt := range []struct{ length, lines int }{{maxLine - 1, 1}, {maxLine, 2}, {maxLine + 1, 2}, {3 * maxLine, 4}} {
		var lines, longest int
		n, err := eachLine(strings.NewReader(strings.Repeat("x", tt.length)+"\n"), func(line string) error {
			lines, longest = lines+1, max(longest, len(line))
			return nil
		})
		if err != nil || n != int64(tt.length)+1 || lines != tt.lines || longest > maxLine {
			t.Errorf("%d bytes: %d lines, the longest of %d, %d bytes in all, %v", tt.length, lines, longest, n, err)
		}
	}
}

func FuzzChoice(f *testing.F) {
	f.Add("always")
	f.Add("ALWAYS")
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		allowed := []ui.ColorMode{ui.ColorAuto, ui.ColorAlways, ui.ColorNever}
		mode := ui.ColorAuto
		err := choose(&mode, allowed...).Set(s)
		if (err == nil) != slices.Contains(allowed, ui.ColorMode(s)) || !slices.Contains(allowed, mode) {
			t.Errorf("--color %q gives %q, %v", s, mode, err)
		}
	})
}

// FuzzFlags: no flag makes the parser of the command line panic, and none is
// taken for granted.
func FuzzFlags(f *testing.F) {
	for _, s := range []string{"logs --tail 20", "logs --tail -1", "logs --color green", "--color=never version", "scale -5", "rollback --max-failed x", "-C /nowhere -o json status", "help help"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		words := strings.Fields(line)
		a := &app{now: time.Now, getenv: func(string) string { return "" }}
		a.io, _, _ = ui.Test("")
		root := newRoot(a)
		command, rest, err := root.Find(words)
		if err != nil || command == nil {
			return
		}
		_ = command.ParseFlags(rest) // only that it does not panic
	})
}
