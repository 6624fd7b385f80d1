package cli

import (
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/agent"
	"version-manager/internal/autostart"
	"version-manager/internal/problem"
	"version-manager/internal/ui"
)

// newAgent is the parent of the commands about the agent, the background
// process of this machine. It also is that process, which the commands that
// need one start by themselves.
func newAgent(a *app) *cobra.Command {
	var stay bool
	c := &cobra.Command{
		Use:   "agent",
		Short: "start the app when this machine boots, or stop doing so",
		Long: "The agent is the background process that runs the app on this machine. Commands start it when they need " +
			"it, but after a reboot nothing does unless it is installed as a service. That is a systemd unit or a " +
			"launchd property list, for your user or, as root, for the whole system.",
		Example:           "  version-manager agent install\n  version-manager agent status",
		GroupID:           "running",
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			switch {
			case len(args) > 0:
				return unknownCommand(c, args[0])
			case !c.Flags().Changed("state"):
				return c.Help()
			}
			signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP) // it has nothing to say to a Ctrl-C
			if stay {
				return agent.Stay(a.global.state)
			}
			return agent.Run(a.global.state)
		},
	}
	c.Flags().BoolVar(&stay, "stay", false, "wait for its turn, and stay without work")
	_ = c.Flags().MarkHidden("stay") // it is there
	c.AddGroup(&cobra.Group{ID: "service", Title: "Service"})
	c.AddCommand(newAgentInstall(a), newAgentRemove(a), newAgentStatus(a))
	return c
}

func newAgentInstall(a *app) *cobra.Command {
	var show bool
	c := &cobra.Command{
		Use:   "install",
		Short: "start the app when this machine boots",
		Long: "Writes, enables, and starts a service that runs the agent of this app's state folder: a systemd unit or " +
			"a launchd property list, for your user or, as root, for the whole system. After a reboot it brings back " +
			"what was deployed. It does not disturb an agent that is already running: it waits until that one ends. " +
			"Run this command again after you move the program or the state folder.",
		Example:           "  version-manager agent install\n  version-manager agent install --print",
		GroupID:           "service",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			m, s, err := a.autostart()
			if err != nil {
				return err
			}
			if show {
				text, err := m.Content(s)
				if err == nil {
					_, err = a.io.Out.Write([]byte(text))
				}
				return err
			}
			notes, err := m.Install(c.Context(), s)
			if err != nil {
				return err
			}
			for _, n := range notes {
				a.note("%s", n)
			}
			return a.printAutostart(m.Status(s))
		},
	}
	c.Flags().BoolVar(&show, "print", false, "print the service file without installing it")
	return c
}

func newAgentRemove(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "remove",
		Short:             "stop starting the app when this machine boots",
		Long:              "Removes the service that agent install wrote. What is running keeps running.",
		Example:           "  version-manager agent remove",
		GroupID:           "service",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			m, s, err := a.autostart()
			if err != nil {
				return err
			}
			existed, err := m.Remove(c.Context(), s)
			if err != nil {
				return err
			}
			if !existed {
				return problem.New(problem.NotFound, "version-manager agent status", "there is no service at %s", m.File(s))
			}
			return a.printAutostart(m.Status(s))
		},
	}
}

func newAgentStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "status",
		Short:             "show whether the app starts when this machine boots",
		Long:              "Shows whether a service starts the agent of this app's state folder when this machine boots.",
		Example:           "  version-manager agent status\n  version-manager agent status -o json",
		GroupID:           "service",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			m, s, err := a.autostart()
			if err != nil {
				return err
			}
			return a.printAutostart(m.Status(s))
		},
	}
}

// autostart is the service of the app that the call is about.
func (a *app) autostart() (m autostart.Manager, s autostart.Service, err error) {
	p, err := a.place()
	if err != nil {
		return m, s, err
	}
	program, err := os.Executable()
	if err != nil {
		return m, s, problem.Wrap(err, problem.Failed, "", "find this program")
	}
	s = autostart.Service{App: p.app.Name, Program: program, State: p.state, Env: autostart.Keep(os.Environ())}
	m, err = autostart.Here(a.getenv)
	return m, s, err
}

func (a *app) printAutostart(s autostart.Status) error {
	err := a.io.Answer(a.global.format, s, func() error {
		facts := ui.Table{Uncut: true}
		facts.Add("service", s.File)
		facts.Add("installed", yesNo(s.Installed))
		if s.Installed {
			facts.Add("starts", map[bool]string{true: "with the machine", false: "when you log in"}[s.Lingers])
		}
		return a.tables(&facts)
	})
	if err == nil {
		a.adviseAutostart(s)
	}
	return err
}

// adviseAutostart says what is missing for the app to come back after a reboot.
func (a *app) adviseAutostart(s autostart.Status) {
	switch {
	case !s.Installed:
		a.next("version-manager agent install")
	case !s.Current:
		a.note("the service starts another program or another state folder than this call")
		a.next("version-manager agent install")
	case !s.Lingers && s.Lingering != "":
		a.note("to start it with the machine, before you log in: %s", s.Lingering)
	}
}

// rebootWarning is what status says of an app that nobody starts after a reboot.
func (a *app) rebootWarning() []string {
	m, s, err := a.autostart()
	if err != nil {
		return nil
	}
	st := m.Status(s)
	install := "version-manager agent install"
	if a.io.Command != nil {
		install = a.io.Command(install)
	}
	switch {
	case !st.Installed:
		return []string{"nothing starts the app after a reboot; to change that: " + install}
	case !st.Current:
		return []string{"after a reboot another program or another state folder is started; to change that: " + install}
	case !st.Lingers && st.Lingering != "":
		return []string{"after a reboot the app starts when you log in; to start it with the machine: " + st.Lingering}
	}
	return nil
}
