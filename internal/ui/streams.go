// Package ui is how version-manager talks to the person or program that
// called it.
//
// Standard output carries the answer and nothing else, so that it can always
// be piped; standard error carries the conversation: progress, notes, errors.
// Streams holds both with what is known about them (is it a terminal, how
// wide, does it take color), Table and Answer print answers, Problem prints
// an error, and a Face shows the events of a deploy while it runs.
//
// The package decides how things look, never what is said: it opens no files
// and knows no commands. Only package cli imports it. Start with System, or
// in tests with Test.
package ui

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"version-manager/internal/progress"

	"golang.org/x/term"
)

// Streams are the three standard streams and the facts about them.
type Streams struct {
	In       io.Reader
	Prompts  bool // In is a terminal: a person can answer a question
	Out, Err *Output
	Unicode  bool // symbols beyond ASCII can be shown
	// AdaptCommand adapts the commands in a text to how this program was called,
	// so that they can be pasted; nil: they need no change.
	AdaptCommand func(string) string
}

func (s *Streams) adaptCommand(text string) string {
	if s.AdaptCommand == nil {
		return text
	}
	return s.AdaptCommand(text)
}

// adaptEvent makes the commands that a note names fit, as those of a hint do.
func (s *Streams) adaptEvent(e progress.Event) progress.Event {
	if e.Kind == progress.EventNote {
		e.Detail = s.adaptCommand(e.Detail)
	}
	return e
}

// PrintLine prints one line of an answer, which may hold text from outside.
func (s *Streams) PrintLine(format string, args ...any) error {
	_, err := fmt.Fprintln(s.Out, CleanText(fmt.Sprintf(format, args...)))
	return err
}

// Output is a stream that may be a terminal.
type Output struct {
	io.Writer
	Terminal bool
	Color    bool
	size     func() (width, height int)
}

// TerminalSize of a terminal changes when its window does, so ask again each time.
// Where it is unknown, 80 by 24 is assumed.
func (o *Output) TerminalSize() (width, height int) {
	if o.size != nil {
		if w, h := o.size(); w > 0 && h > 0 {
			return w, h
		}
	}
	return 80, 24
}

// SystemStreams returns the streams of this process. getenv is os.Getenv.
func SystemStreams(getenv func(string) string) *Streams {
	return &Streams{
		In:      os.Stdin,
		Prompts: term.IsTerminal(int(os.Stdin.Fd())),
		Out:     openOutput(os.Stdout, getenv),
		Err:     openOutput(os.Stderr, getenv),
		Unicode: isUTF8(getenv),
	}
}

func openOutput(f *os.File, getenv func(string) string) *Output {
	fd := int(f.Fd())
	o := &Output{Writer: f, Terminal: term.IsTerminal(fd)}
	o.Color = o.Terminal && wantsColor(getenv)
	o.size = func() (int, int) {
		w, h, err := term.GetSize(fd)
		if err != nil {
			return 0, 0
		}
		return w, h
	}
	return o
}

func wantsColor(getenv func(string) string) bool {
	return getenv("NO_COLOR") == "" && !IsDumbTerminal(getenv)
}

// ColorMode is what --color asks for.
type ColorMode string

const (
	ColorAuto   ColorMode = "auto" // on a terminal, unless NO_COLOR is set or TERM is dumb
	ColorAlways ColorMode = "always"
	ColorNever  ColorMode = "never"
)

// SetColor overrules what the environment says. ColorAuto leaves it as it is.
func (s *Streams) SetColor(m ColorMode) {
	if m != ColorAuto {
		s.Out.Color, s.Err.Color = m == ColorAlways, m == ColorAlways
	}
}

// isUTF8 looks at the variables that decide the locale of characters, in the
// order in which the C library does.
func isUTF8(getenv func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// IsDumbTerminal reports whether the terminal cannot move its cursor.
func IsDumbTerminal(getenv func(string) string) bool { return getenv("TERM") == "dumb" }

// TestStreams returns streams that are no terminal, read what in holds, and keep
// what is written.
func TestStreams(in string) (s *Streams, out, err *bytes.Buffer) {
	out, err = new(bytes.Buffer), new(bytes.Buffer)
	return &Streams{
		In:      strings.NewReader(in),
		Out:     &Output{Writer: out},
		Err:     &Output{Writer: err},
		Unicode: true,
	}, out, err
}
