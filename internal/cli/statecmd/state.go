// Package statecmd has the commands about the state folder of a project: state,
// state move and state adopt.
package statecmd

import (
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/agent/keeper"
	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/statedir"
	"version-manager/internal/ui"
)

// stateOptions are the inputs of all commands about the state folder.
type stateOptions struct {
	inv   *command.Invocation
	flags *project.Flags
	dir   string // argument of move and adopt; empty: see there
}

// NewCommand returns the command about the state folder, which is also the
// parent of those that change it.
func NewCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	c := &cobra.Command{
		Use:   "state",
		Short: "show or move the folder where versions and state are kept",
		Long: "Each project folder has a state folder of its own below ~/.local/state/version-manager (or " +
			"$XDG_STATE_HOME), unless --state names another. It keeps the versions, the history, and the data of the " +
			"app on this machine.",
		Example:           "  version-manager state show\n  version-manager state move\n  version-manager state adopt",
		GroupID:           "other",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return inv.UnknownCommand(c, args[0])
			}
			return runShow(stateOptions{inv: inv, flags: flags}) // as in earlier versions
		},
	}
	flags.AddTo(c.PersistentFlags())
	c.AddGroup(&cobra.Group{ID: "inspect", Title: "Inspect"}, &cobra.Group{ID: "change", Title: "Change"})
	c.AddCommand(newShowCommand(inv, flags), newMoveCommand(inv, flags), newAdoptCommand(inv, flags))
	return c
}

func newShowCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	return &cobra.Command{
		Use:   "show",
		Short: "show where versions and state are kept",
		Long: "Shows the state folder of this project, how large it is, and whether an agent is using it. With --quiet, " +
			"only the path is printed.",
		Example:           "  version-manager state show\n  version-manager state show --quiet",
		GroupID:           "inspect",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(*cobra.Command, []string) error { return runShow(stateOptions{inv: inv, flags: flags}) },
	}
}

func runShow(o stateOptions) error {
	p, err := project.Find(o.inv, *o.flags)
	if err != nil {
		return err
	}
	f := p.State
	answer := answer.State{App: p.App.Name, Project: p.Root, State: f.Path, Source: string(f.Source), Exists: f.Exists()}
	if err := f.Verify(project.TrustOf(o.inv)); err != nil {
		answer.Refused = err.Error()
	} else if answer.Exists {
		answer.Agent = keeper.IsServed(f.Path)
		if answer.Bytes, err = statedir.FolderSize(f.Path); err != nil {
			return err
		}
	}
	if err := o.inv.PrintAnswer(answer, func() error { return o.printState(answer) }); err != nil {
		return err
	}
	if answer.Refused != "" {
		o.inv.SuggestNext("version-manager state adopt")
		return nil
	}
	p.AdviseState(o.inv)
	return nil
}

func (o stateOptions) printState(s answer.State) error {
	if o.inv.Global.Quiet {
		_, err := fmt.Fprintln(o.inv.Streams.Out, s.State)
		return err
	}
	facts := ui.Table{KeepWide: true}
	facts.AddRow("app", s.App)
	facts.AddRow("project", s.Project)
	facts.AddRow("state", fmt.Sprintf("%s (%s)", s.State, s.Source))
	switch {
	case s.Refused != "":
		facts.AddRow("refused", s.Refused)
	case !s.Exists:
		facts.AddRow("size", "0 MB (the folder does not exist yet)")
	default:
		facts.AddRow("size", command.Megabytes(s.Bytes))
		facts.AddRow("agent", map[bool]string{true: "running", false: "not running"}[s.Agent])
	}
	return facts.WriteTo(o.inv.Streams.Out)
}

func (o stateOptions) printMove(m answer.StateMove) error {
	return o.inv.PrintAnswer(m, func() error {
		text := fmt.Sprintf("the state of %s is in %s", m.App, m.State)
		if m.From != "" {
			text = fmt.Sprintf("the state of %s was moved from %s to %s", m.App, m.From, m.State)
		}
		_, err := fmt.Fprintln(o.inv.Streams.Out, text)
		return err
	})
}
