package onemachine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// recorder records what its steps do.
type recorder struct{ calls []string }

// newStep returns a step whose Undo fails if fails is "undo".
func (r *recorder) newStep(name string, lasting bool, fails string) step {
	record := func(verb string) func(context.Context) error {
		return func(context.Context) error {
			r.calls = append(r.calls, verb+" "+name)
			if fails == verb {
				return errors.New("broken")
			}
			return nil
		}
	}
	return step{Name: name, Do: record("do"), Undo: record("undo"), Lasting: lasting}
}

func (r *recorder) check(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(r.calls, want) {
		t.Errorf("calls %q, want %q", r.calls, want)
	}
}

func TestUndoSteps(t *testing.T) {
	for _, tt := range []struct {
		name    string
		lasting bool
		want    []string
	}{
		{"stop", false, []string{"undo nodes", "undo network"}},
		{"down", true, []string{"undo nodes", "undo network", "undo files"}},
	} {
		var r recorder
		steps := []step{{Name: "without undo"}, r.newStep("files", true, ""), r.newStep("network", false, ""), r.newStep("nodes", false, "")}
		if err := undoSteps(t.Context(), steps, tt.lasting, nil); err != nil {
			t.Fatal(err)
		}
		r.check(t, tt.want...)
	}
}

func TestUndoContinuesAfterAnError(t *testing.T) {
	var r recorder
	err := undoSteps(t.Context(), []step{r.newStep("network", false, ""), r.newStep("nodes", false, "undo")}, true, nil)
	if err == nil || !strings.Contains(err.Error(), "undo nodes: broken") {
		t.Errorf("error %v", err)
	}
	r.check(t, "undo nodes", "undo network")
}

func TestUndoStopsAtABlockingStep(t *testing.T) {
	var r recorder
	steps := []step{r.newStep("records", false, ""), r.newStep("processes", false, "undo"), r.newStep("other", false, "undo")}
	steps[1].Blocks = true
	if err := undoSteps(t.Context(), steps, true, nil); err == nil || strings.Count(err.Error(), "broken") != 2 {
		t.Errorf("error %v", err)
	}
	r.check(t, "undo other", "undo processes")
}

func TestUndoStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	var r recorder
	steps := []step{r.newStep("records", false, ""), {Name: "nodes", Undo: func(context.Context) error { cancel(); return nil }}}
	if err := undoSteps(ctx, steps, true, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	r.check(t)
}

// TestStepOrder: each step is undone before the one that it relies on.
func TestStepOrder(t *testing.T) {
	names := OpenCluster(t.TempDir()).StepNames()
	for _, pair := range [][2]string{{"files", "records"}, {"records", "network"}, {"network", "nodes"}, {"nodes", "processes"}, {"processes", "ready"}} {
		if a, b := slices.Index(names, pair[0]), slices.Index(names, pair[1]); a < 0 || b < 0 || a > b {
			t.Errorf("%s does not come before %s in %q", pair[0], pair[1], names)
		}
	}
}

// TestBlockingSteps: while processes run, nothing that they use is removed.
func TestBlockingSteps(t *testing.T) {
	for _, s := range OpenCluster(t.TempDir()).newOperation(Options{}).steps() {
		if s.Blocks != (s.Name == "processes") {
			t.Errorf("%s blocks: %t", s.Name, s.Blocks)
		}
		if s.Lasting != (s.Name == "files") {
			t.Errorf("%s is lasting: %t", s.Name, s.Lasting)
		}
	}
}
