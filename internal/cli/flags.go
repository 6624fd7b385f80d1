package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"version-manager/internal/ui"
)

// globals are the flags that every command has.
type globals struct {
	dir      string // where the search for version-manager.yaml begins
	state    string // empty: see locate
	format   ui.Format
	progress ui.Progress
	quiet    bool
	verbose  bool
	yes      bool   // the answer to whatever would be asked
	target   string // empty: as the environment says
	cluster  clusterFlags
}

// stateVariable names the environment variable for --state.
const stateVariable = "VERSION_MANAGER_STATE"

func (a *app) addGlobals(f *pflag.FlagSet) {
	g := &a.global
	g.format, g.progress = ui.Text, ui.Auto
	f.StringVarP(&g.dir, "config", "C", ".", "look for version-manager.yaml in `DIR` and its parents")
	f.StringVar(&g.state, "state", "", "keep versions and state in `DIR` (default a folder below ~/.local/state/version-manager; or set "+stateVariable+")")
	f.VarP(choose(&g.format, ui.Text, ui.JSON, ui.YAML), "output", "o", "format of the answer")
	f.Var(choose(&g.progress, ui.Progresses()...), "progress", "how to show the progress of a deploy")
	f.BoolVarP(&g.quiet, "quiet", "q", false, "print only the answer and errors")
	f.BoolVarP(&g.verbose, "verbose", "v", false, "show the full details of an error")
	f.BoolVarP(&g.yes, "yes", "y", false, "do not ask for confirmation")
	g.addTarget(f)
	color := ui.ColorAuto
	c := choose(&color, ui.ColorAuto, ui.ColorAlways, ui.ColorNever)
	c.then = a.io.SetColor
	f.Var(c, "color", "use colors in the output")
}

// choice is a flag that takes one of a few words.
type choice[T ~string] struct {
	value   *T
	allowed []T
	then    func(T) // called when the flag is set; may be nil
}

var _ pflag.Value = (*choice[string])(nil)

func choose[T ~string](value *T, allowed ...T) *choice[T] {
	return &choice[T]{value: value, allowed: allowed}
}

func (c *choice[T]) String() string { return string(*c.value) }

// Type is shown by the help in the place of a value.
func (c *choice[T]) Type() string { return strings.Join(c.words(), "|") }

func (c *choice[T]) Set(s string) error {
	if !slices.Contains(c.allowed, T(s)) {
		return fmt.Errorf("want one of %s", strings.Join(c.words(), ", "))
	}
	*c.value = T(s)
	if c.then != nil {
		c.then(T(s))
	}
	return nil
}

func (c *choice[T]) words() []string {
	words := make([]string, len(c.allowed))
	for i, w := range c.allowed {
		words[i] = string(w)
	}
	return words
}

// completeChoices makes the shell offer the words of every choice flag.
func completeChoices(c *cobra.Command) {
	c.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if v, ok := f.Value.(interface{ words() []string }); ok {
			_ = c.RegisterFlagCompletionFunc(f.Name, cobra.FixedCompletions(v.words(), cobra.ShellCompDirectiveNoFileComp)) // fails only if called twice
		}
	})
}
