package agentcmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/autostart"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

// serviceOptions are the inputs of all commands about the boot service.
type serviceOptions struct {
	inv   *command.Invocation
	flags *project.Flags
	show  bool // print the service file instead
}

// openService returns the boot service of the project.
func (o serviceOptions) openService() (b project.BootService, err error) {
	p, err := project.Open(o.inv, *o.flags)
	if err != nil {
		return b, err
	}
	return p.BootService(o.inv)
}

// newServiceCommand returns a command whose body is run.
func newServiceCommand(o *serviceOptions, name string, run func(context.Context, project.BootService) error) *cobra.Command {
	return &cobra.Command{
		Use:               name,
		Example:           "  version-manager agent " + name,
		GroupID:           "service",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			b, err := o.openService()
			if err != nil {
				return err
			}
			return run(c.Context(), b)
		},
	}
}

func newInstallCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	o := &serviceOptions{inv: inv, flags: flags}
	c := newServiceCommand(o, "install", o.runInstall)
	c.Short = "start the app when this machine boots"
	c.Long = "Writes, enables, and starts a service that runs the agent of this app's state folder: a systemd unit or " +
		"a launchd property list, for your user or, as root, for the whole system. After a reboot it brings back " +
		"what was deployed. It does not disturb an agent that is already running: it waits until that one ends. " +
		"Run this command again after you move the program or the state folder."
	c.Example += "\n  version-manager agent install --print"
	c.Flags().BoolVar(&o.show, "print", false, "print the service file without installing it")
	return c
}

func newRemoveCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	o := &serviceOptions{inv: inv, flags: flags}
	c := newServiceCommand(o, "remove", o.runRemove)
	c.Short = "stop starting the app when this machine boots"
	c.Long = "Removes the service that agent install wrote. What is running keeps running."
	return c
}

func newStatusCommand(inv *command.Invocation, flags *project.Flags) *cobra.Command {
	o := &serviceOptions{inv: inv, flags: flags}
	c := newServiceCommand(o, "status", func(_ context.Context, b project.BootService) error { return o.printStatus(b) })
	c.Short = "show whether the app starts when this machine boots"
	c.Long = "Shows whether a service starts the agent of this app's state folder when this machine boots."
	c.Example += "\n  version-manager agent status -o json"
	return c
}

func (o *serviceOptions) runInstall(ctx context.Context, b project.BootService) error {
	if o.show {
		text, err := b.Manager.FileContent(b.Service)
		if err != nil {
			return err
		}
		_, err = o.inv.Streams.Out.Write([]byte(text))
		return err
	}
	notes, err := b.Manager.InstallService(ctx, b.Service)
	if err != nil {
		return err
	}
	for _, n := range notes {
		o.inv.PrintNote("%s", n)
	}
	return o.printStatus(b)
}

func (o *serviceOptions) runRemove(ctx context.Context, b project.BootService) error {
	existed, err := b.Manager.RemoveService(ctx, b.Service)
	if err != nil {
		return err
	}
	if !existed {
		return problem.New(problem.NotFound, "version-manager agent status", "there is no service at %s", b.Manager.FilePath(b.Service))
	}
	return o.printAnswer(b.Manager.ServiceStatus(b.Service))
}

// printStatus also says what is missing for the app to start after a reboot.
func (o *serviceOptions) printStatus(b project.BootService) error {
	s := b.Manager.ServiceStatus(b.Service)
	if err := o.printAnswer(s); err != nil {
		return err
	}
	switch {
	case !s.Installed:
		o.inv.SuggestNext("version-manager agent install")
	case !s.Current:
		o.inv.PrintNote("the service uses a different program or state folder than this command")
		o.inv.SuggestNext("version-manager agent install")
	case !s.Lingers && s.Lingering != "":
		o.inv.PrintNote("to start it when the machine boots, before you log in:\n  %s", s.Lingering)
	}
	return nil
}

func (o *serviceOptions) printAnswer(s autostart.Status) error {
	return o.inv.PrintAnswer(s, func() error {
		facts := ui.Table{KeepWide: true}
		facts.AddRow("service", s.File)
		facts.AddRow("installed", command.YesNo(s.Installed))
		if s.Installed {
			facts.AddRow("starts", map[bool]string{true: "when the machine boots", false: "when you log in"}[s.Lingers])
		}
		return o.inv.PrintTables(&facts)
	})
}
