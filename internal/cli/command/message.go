package command

import (
	"fmt"

	"version-manager/internal/ui"
)

// PrintNote prints a sentence that is neither answer nor error. --quiet
// suppresses it.
func (inv *Invocation) PrintNote(format string, args ...any) {
	if !inv.Global.Quiet {
		inv.PrintNotice(format, args...)
	}
}

// PrintNotice prints a sentence that is neither answer nor error, even with
// --quiet. With --progress json it is a JSON line.
func (inv *Invocation) PrintNotice(format string, args ...any) {
	if inv.ReportsJSON() {
		inv.Streams.PrintNoteLine(inv.Now(), fmt.Sprintf(format, args...))
		return
	}
	inv.Streams.PrintNote(format, args...)
}

// SuggestNext names the command that is useful after the one that just
// succeeded.
func (inv *Invocation) SuggestNext(format string, args ...any) {
	if !inv.Global.Quiet && !inv.ReportsJSON() {
		inv.Streams.PrintNext(fmt.Sprintf(format, args...))
	}
}

// ReportsJSON reports whether a program reads standard error as JSON lines.
func (inv *Invocation) ReportsJSON() bool { return inv.Global.Progress == ui.JSONLines }

// ProgressMode returns how this invocation shows progress. A mode that was
// asked for by name wins over --quiet.
func (inv *Invocation) ProgressMode() ui.ProgressMode {
	if inv.Global.Progress == ui.Auto && inv.Global.Quiet {
		return ui.Quiet
	}
	return inv.Streams.ResolveProgress(inv.Global.Progress, ui.IsDumbTerminal(inv.Getenv))
}
