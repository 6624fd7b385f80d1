package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// maxShownLines is how many lines of it are shown unless more are asked for.
const maxShownLines = 20

// PrintProblem prints err the way every error of version-manager looks: what
// failed, why, the evidence, and what to type next. Of long evidence only the
// end is shown, unless all is asked for.
func (s *Streams) PrintProblem(err error, all bool) {
	message, cause := splitCause(err)
	s.printLabeled("error:", bad, message)
	if cause != "" {
		s.printLabeled("cause:", strong, cause)
	}
	hint, lines := hintAndLines(err)
	if over := len(lines) - maxShownLines; over > 0 && !all {
		lines = lines[over:]
		fmt.Fprintf(s.Err, "  %s (%s before this with -v)\n", colorText(s.Err.Color, faint, s.symbols().bar), FormatPlural(over, "line"))
	}
	for _, l := range lines {
		fmt.Fprintf(s.Err, "  %s %s\n", colorText(s.Err.Color, faint, s.symbols().bar), CleanText(l))
	}
	if hint != "" {
		s.printLabeled("hint:", good, s.adaptCommand(hint))
	}
}

// splitCause returns what failed and why, which may be empty.
func splitCause(err error) (message, cause string) {
	message = err.Error()
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Cause != nil {
		cause = p.Cause.Error()
		message = strings.TrimSuffix(message, ": "+cause)
	}
	return message, cause
}

// Failure is an error for programs. Its JSON form is a contract.
type Failure struct {
	Error string       `json:"error"`
	Cause string       `json:"cause,omitempty"`
	Hint  string       `json:"hint,omitempty"`
	Lines []string     `json:"lines,omitempty"` // evidence
	Code  problem.Kind `json:"code"`            // with which the program exits
}

// PrintProblemLine prints err as the last of the JSON lines that [Lines] writes.
func (s *Streams) PrintProblemLine(err error, code problem.Kind) {
	f := Failure{Code: code}
	f.Error, f.Cause = splitCause(err)
	hint, lines := hintAndLines(err)
	f.Hint, f.Lines = s.adaptCommand(hint), lines
	_ = encodeLine(s.Err, f) // there is nobody left to tell
}

// PrintNote prints a sentence that is neither answer nor error.
func (s *Streams) PrintNote(format string, args ...any) {
	for line := range strings.SplitSeq(s.adaptCommand(fmt.Sprintf(format, args...)), "\n") {
		fmt.Fprintln(s.Err, CleanText(line))
	}
}

// PrintNext prints the command that is useful after the one that just succeeded.
func (s *Streams) PrintNext(command string) { s.printLabeled("next:", good, s.adaptCommand(command)) }

// printLabeled prints a label and a text. Further lines of the text are indented, so
// that whatever a cause brings along stays recognizably below its label; one
// that only repeats the line before, as joined errors do, is left out.
func (s *Streams) printLabeled(label string, t tint, text string) {
	lines := slices.Compact(strings.Split(strings.TrimRight(text, "\n"), "\n"))
	fmt.Fprintf(s.Err, "%s %s\n", colorText(s.Err.Color, t, label), CleanText(lines[0]))
	for _, l := range lines[1:] {
		fmt.Fprintf(s.Err, "  %s\n", CleanText(l))
	}
}

// hintAndLines is the hint and the evidence nearest to the surface: an outer
// problem often adds context and leaves both to the inner one.
func hintAndLines(err error) (hint string, lines []string) {
	for err != nil {
		p, ok := errors.AsType[*problem.Problem](err)
		if !ok {
			break
		}
		if hint == "" {
			hint = p.Hint
		}
		if lines == nil {
			lines = p.Lines
		}
		err = p.Cause
	}
	return hint, lines
}
