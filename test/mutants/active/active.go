// Package active holds the operators that instrumented code calls instead of
// Go's own. Every operator does what Go's does, except for the one mutant that
// the environment variable [Variable] names: there it does something else, and
// a test is expected to notice.
//
// All mutants of a package are compiled into one test binary this way, so that
// trying one costs a run of the tests and not a build.
package active

import (
	"cmp"
	"os"
	"strconv"
)

const (
	// Variable names the active mutant by its number. Unset: none is active.
	Variable = "MUTANT"
	// TraceVariable names a file in which byte N is set to 1 when the code of
	// mutant N runs. Unset: nothing is recorded.
	TraceVariable = "MUTANT_TRACE"
)

// number can be added and subtracted.
type number interface {
	~int | ~int8 | ~int16 | ~int32 | ~int64 | ~uint | ~uint8 | ~uint16 | ~uint32 | ~uint64 | ~uintptr | ~float32 | ~float64
}

// current is read once: a mutant is active for the whole life of a process.
var current, trace = activeMutant(), openTrace()

func activeMutant() int {
	id, err := strconv.Atoi(os.Getenv(Variable))
	if err != nil {
		return -1
	}
	return id
}

// isActive reports whether mutant id is the active one.
func isActive(id int) bool {
	if trace != nil {
		trace.markRun(id)
	}
	return id == current
}

// EvalNot returns v, and the opposite of it as mutant id.
func EvalNot(id int, v bool) bool { return v != isActive(id) }

// EvalAnd returns a && b, and a || b as mutant id.
func EvalAnd(id int, a, b func() bool) bool {
	if isActive(id) {
		return a() || b()
	}
	return a() && b()
}

// EvalOr returns a || b, and a && b as mutant id.
func EvalOr(id int, a, b func() bool) bool {
	if isActive(id) {
		return a() && b()
	}
	return a() || b()
}

// EvalLess returns a < b, and a <= b as mutant id.
func EvalLess[T cmp.Ordered](id int, a, b T) bool {
	mutated := isActive(id)
	return a < b || mutated && a == b
}

// EvalLessEqual returns a <= b, and a < b as mutant id.
func EvalLessEqual[T cmp.Ordered](id int, a, b T) bool {
	mutated := isActive(id)
	return a < b || !mutated && a == b
}

// EvalGreater returns a > b, and a >= b as mutant id.
func EvalGreater[T cmp.Ordered](id int, a, b T) bool {
	mutated := isActive(id)
	return a > b || mutated && a == b
}

// EvalGreaterEqual returns a >= b, and a > b as mutant id.
func EvalGreaterEqual[T cmp.Ordered](id int, a, b T) bool {
	mutated := isActive(id)
	return a > b || !mutated && a == b
}

// EvalAdd returns a + b, and a - b as mutant id.
func EvalAdd[T number](id int, a, b T) T {
	if isActive(id) {
		return a - b
	}
	return a + b
}

// EvalSubtract returns a - b, and a + b as mutant id.
func EvalSubtract[T number](id int, a, b T) T {
	if isActive(id) {
		return a + b
	}
	return a - b
}

// EvalMultiply returns a * b, and a / b as mutant id; a where b is 0.
func EvalMultiply[T number](id int, a, b T) T {
	switch {
	case !isActive(id):
		return a * b
	case b == 0:
		return a
	}
	return a / b
}

// EvalDivide returns a / b, and a * b as mutant id.
func EvalDivide[T number](id int, a, b T) T {
	if isActive(id) {
		return a * b
	}
	return a / b
}
