package active

import "testing"

// TestOperators: with mutant 7 active, operator 7 differs from Go's and
// operator 8 does not.
func TestOperators(t *testing.T) {
	before := current
	current = 7
	t.Cleanup(func() { current = before })
	yes, no := func() bool { return true }, func() bool { return false }
	for _, tt := range []struct {
		name            string
		plain, mutated  any
		want, wantOther any
	}{
		{"not", EvalNot(8, true), EvalNot(7, true), true, false},
		{"and", EvalAnd(8, yes, no), EvalAnd(7, yes, no), false, true},
		{"or", EvalOr(8, yes, no), EvalOr(7, yes, no), true, false},
		{"less, equal", EvalLess(8, 1, 1), EvalLess(7, 1, 1), false, true},
		{"less, smaller", EvalLess(8, 0, 1), EvalLess(7, 0, 1), true, true},
		{"less, larger", EvalLess(8, 2, 1), EvalLess(7, 2, 1), false, false},
		{"less or equal, equal", EvalLessEqual(8, 1, 1), EvalLessEqual(7, 1, 1), true, false},
		{"less or equal, larger", EvalLessEqual(8, 2, 1), EvalLessEqual(7, 2, 1), false, false},
		{"greater, equal", EvalGreater(8, 1, 1), EvalGreater(7, 1, 1), false, true},
		{"greater, smaller", EvalGreater(8, 0, 1), EvalGreater(7, 0, 1), false, false},
		{"greater or equal, equal", EvalGreaterEqual(8, 1, 1), EvalGreaterEqual(7, 1, 1), true, false},
		{"greater or equal, larger", EvalGreaterEqual(8, 2, 1), EvalGreaterEqual(7, 2, 1), true, true},
		{"add", EvalAdd(8, 5, 2), EvalAdd(7, 5, 2), 7, 3},
		{"subtract", EvalSubtract(8, 5, 2), EvalSubtract(7, 5, 2), 3, 7},
		{"multiply", EvalMultiply(8, 6, 2), EvalMultiply(7, 6, 2), 12, 3},
		{"multiply by zero", EvalMultiply(8, 6, 0), EvalMultiply(7, 6, 0), 0, 6},
		{"divide", EvalDivide(8, 6, 2), EvalDivide(7, 6, 2), 3, 12},
	} {
		if tt.plain != tt.want || tt.mutated != tt.wantOther {
			t.Errorf("%s: %v, mutated %v, want %v and %v", tt.name, tt.plain, tt.mutated, tt.want, tt.wantOther)
		}
	}
}
