package cli

import (
	"fmt"

	"version-manager/internal/ui"
)

// note says something that is neither answer nor error.
func (a *app) note(format string, args ...any) {
	if !a.global.quiet {
		a.say(format, args...)
	}
}

// say is note for what also --quiet lets pass. Where a program reads JSON
// lines, it is one of them.
func (a *app) say(format string, args ...any) {
	if a.global.progress == ui.Lines {
		a.io.NoteLine(a.now(), fmt.Sprintf(format, args...))
		return
	}
	a.io.Note(format, args...)
}

// asks reports whether there is a person who can answer a question.
func (a *app) asks() bool { return a.io.Prompts && a.global.progress != ui.Lines }

// next names the command that is useful now.
func (a *app) next(format string, args ...any) {
	if !a.global.quiet && a.global.progress != ui.Lines {
		a.io.Next(fmt.Sprintf(format, args...))
	}
}
