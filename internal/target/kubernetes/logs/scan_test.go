package logs

import (
	"strings"
	"testing"
	"time"
)

func TestScan(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	text := "2026-01-02T03:04:05.000000001Z first\n2026-01-02T03:04:06Z " + long + "\nno stamp\n2026-01-02T03:04:07Z the end"
	for after, want := range map[string]string{
		"":                               "p | first\np | " + long + "\np | no stamp\np | the end\n",
		"2026-01-02T03:04:05.000000001Z": "p | " + long + "\np | the end\n",
		"2026-01-02T03:04:07Z":           "",
	} {
		var since time.Time
		if after != "" {
			since, _ = time.Parse(time.RFC3339Nano, after)
		}
		var got strings.Builder
		err := scanLines(strings.NewReader(text), "p", since, func(l logLine) error {
			got.WriteString(l.text)
			return nil
		})
		if err != nil || got.String() != want {
			t.Errorf("since %q: %d bytes, %v; want %d", after, got.Len(), err, len(want))
		}
	}
}
