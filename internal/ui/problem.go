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

// PrintProblem prints err as every error of version-manager looks: what failed,
// why, the evidence, and what to type next. It shows only the end of long
// evidence unless all is true.
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
		s.printCommands("hint:", hint)
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

// Failure is the last line of a failed command with --progress json. Its JSON
// form is a contract.
type Failure struct {
	Error string       `json:"error"`
	Cause string       `json:"cause,omitempty"`
	Hint  string       `json:"hint,omitempty"`  // command lines to type next, one a line
	Lines []string     `json:"lines,omitempty"` // evidence, such as compiler output
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

// maxTextWidth is the most columns of a line of prose that is easy to read.
const maxTextWidth = 100

// TextWidth is how many columns prose has on a terminal or in a file.
func (o *Output) TextWidth() int {
	width, _ := o.TerminalSize()
	return min(width, maxTextWidth)
}

// PrintNote prints a text that is neither answer nor error. Its lines are prose;
// one that begins with two spaces is a command to paste, which belongs to the
// line before. On a terminal the prose is wrapped and the command is not;
// elsewhere, where a program may search for the text, both are one line.
func (s *Streams) PrintNote(format string, args ...any) {
	for line := range strings.SplitSeq(joinCommands(s.adaptCommand(fmt.Sprintf(format, args...)), s.Err.Terminal), "\n") {
		line = CleanText(line)
		if s.Err.Terminal && !strings.HasPrefix(line, " ") {
			line = strings.TrimSuffix(WrapParagraphs(line, s.Err.TextWidth()), "\n")
		}
		fmt.Fprintln(s.Err, line)
	}
}

// joinCommands puts the commands of a note on the line before, unless apart is
// true.
func joinCommands(text string, apart bool) string {
	if apart {
		return text
	}
	return strings.ReplaceAll(text, "\n  ", " ")
}

// PrintNext prints the commands that are useful after the one that just
// succeeded, one a line.
func (s *Streams) PrintNext(commands string) { s.printCommands("next:", commands) }

// printCommands prints a label and, aligned beside it, one command a line, so
// that each can be copied.
func (s *Streams) printCommands(label, commands string) {
	for i, line := range strings.Split(strings.TrimRight(s.adaptCommand(commands), "\n"), "\n") {
		if i > 0 {
			fmt.Fprintf(s.Err, "%*s %s\n", len(label), "", CleanText(line))
			continue
		}
		fmt.Fprintf(s.Err, "%s %s\n", colorText(s.Err.Color, good, label), CleanText(line))
	}
}

// printLabeled prints a label and a text. Further lines of the text are
// indented, so that the lines of a cause remain recognizable below its label. A
// line that only repeats the one before, as in joined errors, is left out.
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
