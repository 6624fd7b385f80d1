package main

import (
	"fmt"
	"strings"
)

// A mutant is one small change of the code that a test should notice.
type mutant struct {
	id       int
	file     string // below the module's root
	line     int
	function string // "Type.method" or "function"
	operator operator
	code     string // the expression, on one line
}

// operator is the kind of change.
type operator string

const (
	boundary   operator = "boundary"   // a < b becomes a <= b, and so on
	negation   operator = "negation"   // a comparison or condition becomes its opposite
	logic      operator = "logic"      // && becomes ||, and the other way around
	arithmetic operator = "arithmetic" // + becomes -, * becomes /, and the other way around
)

// key identifies a mutant across changes of other lines.
func (m mutant) key() string {
	return fmt.Sprintf("%s %s %s %s", m.file, m.function, m.operator, m.code)
}

func (m mutant) String() string {
	return fmt.Sprintf("%s:%d %s: %s of %s", m.file, m.line, m.function, m.operator, m.code)
}

// oneLine shortens code to one line that identifies it.
func oneLine(code string) string { return strings.Join(strings.Fields(code), " ") }
