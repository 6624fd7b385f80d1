package command

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"version-manager/internal/color"
	"version-manager/internal/ui"
)

// AddAppColor defines --app-color, which selects blue or green and stores it in
// value. In earlier versions the flag was called --color, so --color takes blue
// and green too; they are not shown in the help.
func (inv *Invocation) AddAppColor(c *cobra.Command, value *color.Color, usage string) {
	appColor := NewChoice(value, color.Blue, color.Green)
	c.Flags().Var(appColor, "app-color", usage)
	global := c.Flags().VarPF(&colorFlag{inv.NewColorFlag(), appColor}, "color", "", colorUsage)
	GroupFlags(c.Flags(), GlobalGroup, global.Name)
}

// colorFlag is --color, which also takes what --app-color takes.
type colorFlag struct {
	*Choice[ui.ColorMode]
	appColor *Choice[color.Color]
}

var _ pflag.Value = (*colorFlag)(nil)

// Set stores s in the flag that takes it.
func (f *colorFlag) Set(s string) error {
	if f.appColor.Set(s) == nil {
		return nil
	}
	return f.Choice.Set(s)
}
