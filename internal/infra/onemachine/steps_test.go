package onemachine

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// story records what its steps do.
type story struct{ told []string }

func (s *story) step(name string, lasting bool, fails string) step {
	act := func(verb string) func(context.Context) error {
		return func(context.Context) error {
			s.told = append(s.told, verb+" "+name)
			if fails == verb {
				return errors.New("it broke")
			}
			return nil
		}
	}
	return step{Name: name, Do: act("do"), Undo: act("undo"), Lasting: lasting}
}

func (s *story) check(t *testing.T, want ...string) {
	t.Helper()
	if !slices.Equal(s.told, want) {
		t.Errorf("told %q, want %q", s.told, want)
	}
}

func silent(string) {}

func TestDo(t *testing.T) {
	var s story
	var names []string
	steps := []step{s.step("files", true, ""), s.step("network", false, ""), s.step("nodes", false, "")}
	if err := do(t.Context(), steps, func(n string) { names = append(names, n) }); err != nil {
		t.Fatal(err)
	}
	s.check(t, "do files", "do network", "do nodes")
	if !slices.Equal(names, []string{"files", "network", "nodes"}) {
		t.Errorf("names %q", names)
	}
}

func TestDoStopsAtAnError(t *testing.T) {
	var s story
	err := do(t.Context(), []step{s.step("network", false, "do"), s.step("nodes", false, "")}, silent)
	if err == nil || !strings.HasPrefix(err.Error(), "network: ") {
		t.Errorf("error %v does not name the step", err)
	}
	s.check(t, "do network")
}

func TestUndo(t *testing.T) {
	for _, tt := range []struct {
		what    string
		lasting bool
		want    []string
	}{
		{"stop", false, []string{"undo nodes", "undo network"}},
		{"down", true, []string{"undo nodes", "undo network", "undo files"}},
	} {
		var s story
		steps := []step{{Name: "check", Do: nil}, s.step("files", true, ""), s.step("network", false, ""), s.step("nodes", false, "")}
		if err := undo(t.Context(), steps, tt.lasting, silent); err != nil {
			t.Fatal(err)
		}
		s.check(t, tt.want...)
	}
}

// TestUndoGoesOn: what cannot be removed keeps nothing else alive.
func TestUndoGoesOn(t *testing.T) {
	var s story
	err := undo(t.Context(), []step{s.step("network", false, ""), s.step("nodes", false, "undo")}, true, silent)
	if err == nil || !strings.Contains(err.Error(), "take back nodes: it broke") {
		t.Errorf("error %v", err)
	}
	s.check(t, "undo nodes", "undo network")
}

// TestUndoStops: what still stands keeps all that it stands on, and so does the
// end of the context: who was interrupted goes on in the next call.
func TestUndoStops(t *testing.T) {
	var s story
	steps := []step{s.step("records", false, ""), s.step("processes", false, "undo"), s.step("other", false, "undo")}
	steps[1].Stands = true
	if err := undo(t.Context(), steps, true, silent); err == nil || strings.Count(err.Error(), "it broke") != 2 {
		t.Errorf("error %v", err)
	}
	s.check(t, "undo other", "undo processes")

	ctx, cancel := context.WithCancel(t.Context())
	var cut story
	steps = []step{cut.step("records", false, ""), {Name: "nodes", Undo: func(context.Context) error { cancel(); return nil }}}
	if err := undo(ctx, steps, true, silent); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
	cut.check(t)
}

// TestSteps: what is taken back is taken back before what it stands on.
func TestSteps(t *testing.T) {
	names := OpenCluster(t.TempDir()).StepNames()
	for _, pair := range [][2]string{{"files", "records"}, {"records", "network"}, {"network", "nodes"}, {"nodes", "processes"}, {"processes", "ready"}} {
		if a, b := slices.Index(names, pair[0]), slices.Index(names, pair[1]); a < 0 || b < 0 || a > b {
			t.Errorf("%s does not come before %s in %q", pair[0], pair[1], names)
		}
	}
}
