package logs

import (
	"bytes"
	"strings"
	"testing"
	"time"
)

func FuzzScanLogs(f *testing.F) {
	f.Add([]byte("2026-01-02T03:04:05.678Z hello\n2026-01-02T03:04:06Z again"), int64(0))
	f.Add([]byte("no stamp\n\n\xff"), int64(1_800_000_000))
	f.Fuzz(func(t *testing.T, logs []byte, after int64) {
		since := time.Time{}
		if after != 0 {
			since = time.Unix(after, 0)
		}
		err := scanLines(bytes.NewReader(logs), "pod", since, func(l logLine) error {
			if !strings.HasPrefix(l.text, "pod | ") || strings.Count(l.text, "\n") != 1 || !since.IsZero() && !l.at.After(since) {
				t.Errorf("line %q at %s", l.text, l.at)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestLongLogLineIsTakenForSeveral(t *testing.T) {
	logs := "2026-01-02T03:04:05Z " + strings.Repeat("x", 2*maxLineBytes) + "\n2026-01-02T03:04:06Z y\n"
	var lines, bytes, longest int
	err := scanLines(strings.NewReader(logs), "p", time.Unix(1, 0), func(l logLine) error {
		lines, bytes, longest = lines+1, bytes+strings.Count(l.text, "x"), max(longest, len(l.text))
		return nil
	})
	if err != nil || lines != 4 || bytes != 2*maxLineBytes || longest > maxLineBytes+10 {
		t.Errorf("%d lines with %d bytes, the longest of %d, %v", lines, bytes, longest, err)
	}
}
