package command

import (
	"github.com/spf13/pflag"

	"version-manager/internal/ui"
)

// GlobalFlags are the flags that every command has.
type GlobalFlags struct {
	Format   ui.Format
	Progress ui.ProgressMode
	Quiet    bool
	Verbose  bool
	Yes      bool // answers yes to every question
}

// AddGlobalFlags defines the global flags in f and sets them to their defaults.
func (inv *Invocation) AddGlobalFlags(f *pflag.FlagSet) {
	g := &inv.Global
	g.Format, g.Progress = ui.Text, ui.Auto
	f.BoolP("help", "h", false, "show the help page of a command")
	f.VarP(NewChoice(&g.Format, ui.Text, ui.JSON, ui.YAML), "output", "o", "output format")
	f.Var(NewChoice(&g.Progress, ui.ProgressModes()...), "progress", "how to show progress")
	f.BoolVarP(&g.Quiet, "quiet", "q", false, "print only results and errors")
	f.BoolVarP(&g.Verbose, "verbose", "v", false, "show the complete error output")
	f.BoolVarP(&g.Yes, "yes", "y", false, "answer yes to all prompts")
	f.Var(inv.NewColorFlag(), "color", colorUsage)
	f.VisitAll(func(flag *pflag.Flag) { GroupFlags(f, GlobalGroup, flag.Name) })
}

// colorUsage describes --color in the help.
const colorUsage = "when to color the output"

// NewColorFlag returns the value of --color. It takes effect while the command
// line is parsed, so that errors of later arguments are colored too.
func (inv *Invocation) NewColorFlag() *Choice[ui.ColorMode] {
	mode := ui.ColorAuto
	c := NewChoice(&mode, ui.ColorAuto, ui.ColorAlways, ui.ColorNever)
	c.onSet = inv.Streams.SetColor
	return c
}
