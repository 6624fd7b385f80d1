package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

func TestExitCodeOf(t *testing.T) {
	kinds := []problem.Kind{
		problem.Failed, problem.Usage, problem.RolledBack, problem.NeedsPerson, problem.NotFound,
		problem.LockHeld, problem.Running, problem.Differs, problem.Diverted, problem.Interrupted,
	}
	if len(listExitCodes()) != len(kinds)+1 {
		t.Errorf("the table has %d codes, want %d and 0", len(listExitCodes()), len(kinds))
	}
	for _, k := range kinds {
		if got := exitCodeOf(problem.New(k, "", "odd")); got != k {
			t.Errorf("exitCodeOf(%d) = %d", k, got)
		}
	}
	for _, tt := range []struct {
		err  error
		want problem.Kind
	}{
		{errors.New("odd"), problem.Failed},
		{context.Canceled, problem.Interrupted},
		{fmt.Errorf("look: %w", context.Canceled), problem.Interrupted},
		{problem.Wrap(context.Canceled, problem.RolledBack, "", "odd"), problem.RolledBack},
		{problem.New(77, "", "a kind that this table does not know"), problem.Failed},
	} {
		if got := exitCodeOf(tt.err); got != tt.want {
			t.Errorf("exitCodeOf(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

// TestExitCodesAreDocumented: the page of help is made from the table.
func TestExitCodesAreDocumented(t *testing.T) {
	code, out, _ := execute(t, "help", "exit-codes")
	if code != 0 {
		t.Fatalf("exit code %d", code)
	}
	text := strings.Join(strings.Fields(out), " ") // without line breaks
	for _, e := range listExitCodes() {
		if line := fmt.Sprintf("%d %s", e.code, e.meaning); !strings.Contains(text, line) {
			t.Errorf("%q is not in\n%s", line, out)
		}
	}
}
