package cli

import (
	"context"
	"os"

	"github.com/spf13/cobra"

	"version-manager/internal/autostart"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

// bootService is the service that starts the agent of this app after a reboot.
type bootService struct {
	*app
	manager autostart.Manager
	service autostart.Service
}

// bootService returns the service of the app in the working directory.
func (a *app) bootService() (b bootService, err error) {
	p, err := a.place()
	if err != nil {
		return b, err
	}
	program, err := os.Executable()
	if err != nil {
		return b, problem.Wrap(err, problem.Failed, "", "find this program")
	}
	s := autostart.Service{App: p.app.Name, Program: program, State: p.state, Env: autostart.KeepEnv(os.Environ())}
	m, err := autostart.DetectManager(a.getenv)
	return bootService{a, m, s}, err
}

func bootServiceCommand(a *app, name string, run func(bootService, context.Context) error) *cobra.Command {
	return &cobra.Command{
		Use:               name,
		Example:           "  version-manager agent " + name,
		GroupID:           "service",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := a.bootService()
			if err != nil {
				return err
			}
			return run(b, c.Context())
		},
	}
}

func newAgentInstall(a *app) *cobra.Command {
	var show bool
	c := bootServiceCommand(a, "install", func(b bootService, ctx context.Context) error {
		if show {
			return b.printContent()
		}
		return b.install(ctx)
	})
	c.Short = "start the app when this machine boots"
	c.Long = "Writes, enables, and starts a service that runs the agent of this app's state folder: a systemd unit or " +
		"a launchd property list, for your user or, as root, for the whole system. After a reboot it brings back " +
		"what was deployed. It does not disturb an agent that is already running: it waits until that one ends. " +
		"Run this command again after you move the program or the state folder."
	c.Example += "\n  version-manager agent install --print"
	c.Flags().BoolVar(&show, "print", false, "print the service file without installing it")
	return c
}

func newAgentRemove(a *app) *cobra.Command {
	c := bootServiceCommand(a, "remove", bootService.remove)
	c.Short = "stop starting the app when this machine boots"
	c.Long = "Removes the service that agent install wrote. What is running keeps running."
	return c
}

func newAgentStatus(a *app) *cobra.Command {
	c := bootServiceCommand(a, "status", func(b bootService, _ context.Context) error { return b.printStatus() })
	c.Short = "show whether the app starts when this machine boots"
	c.Long = "Shows whether a service starts the agent of this app's state folder when this machine boots."
	c.Example += "\n  version-manager agent status -o json"
	return c
}

func (b bootService) printContent() error {
	text, err := b.manager.FileContent(b.service)
	if err != nil {
		return err
	}
	_, err = b.io.Out.Write([]byte(text))
	return err
}

func (b bootService) install(ctx context.Context) error {
	notes, err := b.manager.InstallService(ctx, b.service)
	if err != nil {
		return err
	}
	for _, n := range notes {
		b.note("%s", n)
	}
	return b.printStatus()
}

func (b bootService) remove(ctx context.Context) error {
	existed, err := b.manager.RemoveService(ctx, b.service)
	if err != nil {
		return err
	}
	if !existed {
		return problem.New(problem.NotFound, "version-manager agent status", "there is no service at %s", b.manager.FilePath(b.service))
	}
	return b.answer(b.manager.ServiceStatus(b.service))
}

// printStatus also says what is missing for the app to come back after a reboot.
func (b bootService) printStatus() error {
	s := b.manager.ServiceStatus(b.service)
	if err := b.answer(s); err != nil {
		return err
	}
	switch {
	case !s.Installed:
		b.next("version-manager agent install")
	case !s.Current:
		b.note("the service starts another program or uses another state folder than this command")
		b.next("version-manager agent install")
	case !s.Lingers && s.Lingering != "":
		b.note("to start it when the machine boots, before you log in: %s", s.Lingering)
	}
	return nil
}

func (b bootService) answer(s autostart.Status) error {
	return b.io.Answer(b.global.format, s, func() error {
		facts := ui.Table{Uncut: true}
		facts.Add("service", s.File)
		facts.Add("installed", yesNo(s.Installed))
		if s.Installed {
			facts.Add("starts", map[bool]string{true: "when the machine boots", false: "when you log in"}[s.Lingers])
		}
		return b.tables(&facts)
	})
}

// warnings is what status says of an app that does not start after a reboot.
func (b bootService) warnings() []string {
	s := b.manager.ServiceStatus(b.service)
	install := "version-manager agent install"
	if b.io.Command != nil {
		install = b.io.Command(install)
	}
	switch {
	case !s.Installed:
		return []string{"nothing starts the app after a reboot; to change that: " + install}
	case !s.Current:
		return []string{"after a reboot, another program or another state folder is used; to change that: " + install}
	case !s.Lingers && s.Lingering != "":
		return []string{"after a reboot, the app starts when you log in; to start it when the machine boots: " + s.Lingering}
	}
	return nil
}
