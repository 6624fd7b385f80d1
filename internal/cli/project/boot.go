package project

import (
	"os"

	"version-manager/internal/autostart"
	"version-manager/internal/cli/command"
	"version-manager/internal/kit/problem"
)

// BootService is the service that starts the agent of a project after a
// reboot. It may not be installed.
type BootService struct {
	Manager autostart.Manager
	Service autostart.Service
}

// BootService returns the service of this project.
func (p Project) BootService(inv *command.Invocation) (b BootService, err error) {
	program, err := os.Executable()
	if err != nil {
		return b, problem.Wrap(err, problem.Failed, "", "find this program")
	}
	b.Service = autostart.Service{App: p.App.Name, Program: program, State: p.State.Path, Env: autostart.KeepEnv(os.Environ())}
	b.Manager, err = autostart.DetectManager(inv.Getenv)
	return b, err
}

// ListWarnings says what keeps the app from starting after a reboot. The text
// is part of an answer, so the commands in it are adapted to this invocation.
func (b BootService) ListWarnings(inv *command.Invocation) []string {
	s := b.Manager.ServiceStatus(b.Service)
	install := "version-manager agent install"
	if inv.Streams.AdaptCommand != nil {
		install = inv.Streams.AdaptCommand(install)
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
