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
		{"not", Not(8, true), Not(7, true), true, false},
		{"and", And(8, yes, no), And(7, yes, no), false, true},
		{"or", Or(8, yes, no), Or(7, yes, no), true, false},
		{"less, equal", Less(8, 1, 1), Less(7, 1, 1), false, true},
		{"less, smaller", Less(8, 0, 1), Less(7, 0, 1), true, true},
		{"less, larger", Less(8, 2, 1), Less(7, 2, 1), false, false},
		{"less or equal, equal", LessEqual(8, 1, 1), LessEqual(7, 1, 1), true, false},
		{"less or equal, larger", LessEqual(8, 2, 1), LessEqual(7, 2, 1), false, false},
		{"greater, equal", Greater(8, 1, 1), Greater(7, 1, 1), false, true},
		{"greater, smaller", Greater(8, 0, 1), Greater(7, 0, 1), false, false},
		{"greater or equal, equal", GreaterEqual(8, 1, 1), GreaterEqual(7, 1, 1), true, false},
		{"greater or equal, larger", GreaterEqual(8, 2, 1), GreaterEqual(7, 2, 1), true, true},
		{"add", Add(8, 5, 2), Add(7, 5, 2), 7, 3},
		{"subtract", Subtract(8, 5, 2), Subtract(7, 5, 2), 3, 7},
		{"multiply", Multiply(8, 6, 2), Multiply(7, 6, 2), 12, 3},
		{"multiply by zero", Multiply(8, 6, 0), Multiply(7, 6, 0), 0, 6},
		{"divide", Divide(8, 6, 2), Divide(7, 6, 2), 3, 12},
	} {
		if tt.plain != tt.want || tt.mutated != tt.wantOther {
			t.Errorf("%s: %v, mutated %v, want %v and %v", tt.name, tt.plain, tt.mutated, tt.want, tt.wantOther)
		}
	}
}
