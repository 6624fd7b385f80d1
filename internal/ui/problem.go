package ui

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// evidence is how many lines of it are shown unless more are asked for.
const evidence = 20

// Problem prints err the way every error of version-manager looks: what
// failed, why, the evidence, and what to type next. Of long evidence only the
// end is shown, unless all is asked for.
func (s *Streams) Problem(err error, all bool) {
	message, cause := split(err)
	s.say("error:", bad, message)
	if cause != "" {
		s.say("cause:", strong, cause)
	}
	hint, lines := advice(err)
	if over := len(lines) - evidence; over > 0 && !all {
		lines = lines[over:]
		fmt.Fprintf(s.Err, "  %s (%s before this with -v)\n", paint(s.Err.Color, faint, s.symbols().bar), Plural(over, "line"))
	}
	for _, l := range lines {
		fmt.Fprintf(s.Err, "  %s %s\n", paint(s.Err.Color, faint, s.symbols().bar), Clean(l))
	}
	if hint != "" {
		s.say("hint:", good, s.command(hint))
	}
}

// split returns what failed and why, which may be empty.
func split(err error) (message, cause string) {
	message = err.Error()
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Cause != nil {
		cause = p.Cause.Error()
		message = strings.TrimSuffix(message, ": "+cause)
	}
	return message, cause
}

// failure is an error for programs. Its JSON form is a contract.
type failure struct {
	Error string       `json:"error"`
	Cause string       `json:"cause,omitempty"`
	Hint  string       `json:"hint,omitempty"`
	Lines []string     `json:"lines,omitempty"` // evidence
	Code  problem.Kind `json:"code"`            // with which the program exits
}

// ProblemLine prints err as the last of the JSON lines that [Lines] writes.
func (s *Streams) ProblemLine(err error, code problem.Kind) {
	f := failure{Code: code}
	f.Error, f.Cause = split(err)
	hint, lines := advice(err)
	f.Hint, f.Lines = s.command(hint), lines
	_ = encodeLine(s.Err, f) // there is nobody left to tell
}

// Note prints a sentence that is neither answer nor error.
func (s *Streams) Note(format string, args ...any) {
	for line := range strings.SplitSeq(s.command(fmt.Sprintf(format, args...)), "\n") {
		fmt.Fprintln(s.Err, Clean(line))
	}
}

// Next prints the command that is useful after the one that just succeeded.
func (s *Streams) Next(command string) { s.say("next:", good, s.command(command)) }

// say prints a label and a text. Further lines of the text are indented, so
// that whatever a cause brings along stays recognizably below its label; one
// that only repeats the line before, as joined errors do, is left out.
func (s *Streams) say(label string, t tint, text string) {
	lines := slices.Compact(strings.Split(strings.TrimRight(text, "\n"), "\n"))
	fmt.Fprintf(s.Err, "%s %s\n", paint(s.Err.Color, t, label), Clean(lines[0]))
	for _, l := range lines[1:] {
		fmt.Fprintf(s.Err, "  %s\n", Clean(l))
	}
}

// advice is the hint and the evidence nearest to the surface: an outer
// problem often adds context and leaves both to the inner one.
func advice(err error) (hint string, lines []string) {
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
