package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/agent/keeper"
	"version-manager/internal/kit/problem"
	"version-manager/internal/statedir"
	"version-manager/internal/ui"
)

type stateOptions struct{ *app }

// stateAnswer is the answer of state.
type stateAnswer struct {
	App     string `json:"app"`
	Project string `json:"project"` // the folder of version-manager.yaml
	State   string `json:"state"`   // the state folder
	Source  source `json:"source"`  // why it is that one
	Exists  bool   `json:"exists"`
	Bytes   int64  `json:"bytes"`
	Agent   bool   `json:"agent"`             // one serves it now
	Refused string `json:"refused,omitempty"` // why it does not count
}

// newState is the command about the state folder, and the parent of those that
// change it.
func newState(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "state",
		Short: "show where versions and state are kept",
		Long: "Shows the folder that keeps the versions, the history, and the data of the app on this machine, how " +
			"large it is, and whether an agent is using it. Each project folder has one of its own below " +
			"~/.local/state/version-manager (or $XDG_STATE_HOME), unless --state names another. With --quiet, only " +
			"the path is printed.",
		Example:           "  version-manager state\n  version-manager state move\n  version-manager state adopt",
		GroupID:           "other",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return unknownCommand(c, args[0])
			}
			return runState(stateOptions{a})
		},
	}
	c.AddGroup(&cobra.Group{ID: "change", Title: "Changes"})
	c.AddCommand(newStateMove(a), newStateAdopt(a))
	return c
}

func runState(o stateOptions) error {
	p, err := o.unverified()
	if err != nil {
		return err
	}
	answer := stateAnswer{App: p.app.Name, Project: p.root, State: p.state, Source: p.source, Exists: exists(p.state)}
	if err := p.verify(o.trust()); err != nil {
		answer.Refused = err.Error()
	} else if answer.Exists {
		answer.Agent = keeper.IsServed(p.state)
		if answer.Bytes, err = statedir.Size(p.state); err != nil {
			return err
		}
	}
	if err := o.io.Answer(o.global.format, answer, func() error { return o.print(answer) }); err != nil {
		return err
	}
	if answer.Refused != "" {
		o.next("version-manager state adopt")
		return nil
	}
	o.advise(p)
	return nil
}

func (o stateOptions) print(s stateAnswer) error {
	if o.global.quiet {
		_, err := fmt.Fprintln(o.io.Out, s.State)
		return err
	}
	facts := ui.Table{Uncut: true}
	facts.Add("app", s.App)
	facts.Add("project", s.Project)
	facts.Add("state", fmt.Sprintf("%s (%s)", s.State, s.Source))
	switch {
	case s.Refused != "":
		facts.Add("refused", s.Refused)
	case !s.Exists:
		facts.Add("size", "nothing is kept yet")
	default:
		facts.Add("size", megabytes(s.Bytes))
		facts.Add("agent", map[bool]string{true: "runs", false: "does not run"}[s.Agent])
	}
	return facts.Print(o.io.Out)
}

// stateMoved is the answer of state move and state adopt.
type stateMoved struct {
	App   string `json:"app"`
	From  string `json:"from,omitempty"` // empty: it stayed where it was
	State string `json:"state"`
}

func (a *app) printMoved(m stateMoved) error {
	return a.io.Answer(a.global.format, m, func() error {
		text := fmt.Sprintf("the state of %s is in %s", m.App, m.State)
		if m.From != "" {
			text = fmt.Sprintf("the state of %s was moved from %s to %s", m.App, m.From, m.State)
		}
		_, err := fmt.Fprintln(a.io.Out, text)
		return err
	})
}

// noHome says that there is no place but the one that is used.
func noHome(p place) error {
	return problem.Wrap(statedir.ErrNoBase, problem.Failed, "export XDG_STATE_HOME=DIR, or name a folder: version-manager state move DIR",
		"there is no default place for the state of %s", p.app.Name)
}
