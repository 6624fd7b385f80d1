package autostart

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
)

// Manager is the service manager of this machine.
type Manager struct {
	Launchd bool   // else systemd
	System  bool   // for the system, not for one user
	Dir     string // of unit files or property lists

	run func(ctx context.Context, argv ...string) error
}

// DetectManager returns the service manager of this machine: the system's for
// root, and the user's for everybody else.
func DetectManager(getenv func(string) string) (Manager, error) {
	m := Manager{Launchd: runtime.GOOS == "darwin", System: os.Getuid() == 0, run: runProgram}
	home, err := os.UserHomeDir()
	switch {
	case m.Launchd && m.System:
		m.Dir = "/Library/LaunchDaemons"
	case m.System:
		m.Dir = "/etc/systemd/system"
	case err != nil:
		return m, fmt.Errorf("find your home folder: %w", err)
	case m.Launchd:
		m.Dir = filepath.Join(home, "Library", "LaunchAgents")
	default:
		config := getenv("XDG_CONFIG_HOME")
		if !filepath.IsAbs(config) {
			config = filepath.Join(home, ".config")
		}
		m.Dir = filepath.Join(config, "systemd", "user")
	}
	return m, nil
}

// runProgram runs one program of the system, with a time limit.
func runProgram(ctx context.Context, argv ...string) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.WaitDelay = time.Second
	out, err := cmd.CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// FilePath returns the path of the service file.
func (m Manager) FilePath(s Service) string {
	if m.Launchd {
		return filepath.Join(m.Dir, s.UnitName()+".plist")
	}
	return filepath.Join(m.Dir, s.UnitName()+".service")
}

// linkPath is the link by which systemd finds the unit when the machine starts.
func (m Manager) linkPath(s Service) string {
	return filepath.Join(m.Dir, wantedBy(m.System)+".wants", s.UnitName()+".service")
}

// FileContent returns the content of the service file.
func (m Manager) FileContent(s Service) (string, error) {
	if m.Launchd {
		return launchdList(s)
	}
	return systemdUnit(s, m.System)
}

// InstallService writes, enables, and starts the service. From then on it starts
// with the machine, even if the notes say that it could not be started now.
func (m Manager) InstallService(ctx context.Context, s Service) (notes []string, err error) {
	text, err := m.FileContent(s)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(m.Dir, 0o755); err != nil {
		return nil, fmt.Errorf("make folder for services: %w", err)
	}
	if err := atomicfile.WriteFile(m.FilePath(s), []byte(text), 0o644); err != nil {
		return nil, problem.Wrap(err, problem.Failed, "", "write %s", m.FilePath(s))
	}
	if !m.Launchd {
		if err := m.enableService(s); err != nil {
			return nil, err
		}
	}
	for _, argv := range m.startCommands(s) {
		if err := m.run(ctx, argv...); err != nil {
			notes = append(notes, "the service could not be started now; it will start after the next reboot: "+err.Error())
			break
		}
	}
	return notes, nil
}

// enableService makes the link that systemctl enable makes. That also works where
// systemd is not running.
func (m Manager) enableService(s Service) error {
	link := m.linkPath(s)
	if err := os.MkdirAll(filepath.Dir(link), 0o755); err != nil {
		return fmt.Errorf("make folder for services: %w", err)
	}
	if err := os.Remove(link); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("enable the service: %w", err)
	}
	return os.Symlink(m.FilePath(s), link)
}

func (m Manager) startCommands(s Service) [][]string {
	switch {
	case m.Launchd:
		return [][]string{{"launchctl", "bootstrap", m.launchdDomain(), m.FilePath(s)}}
	case m.System:
		return [][]string{{"systemctl", "daemon-reload"}, {"systemctl", "start", s.UnitName() + ".service"}}
	}
	return [][]string{{"systemctl", "--user", "daemon-reload"}, {"systemctl", "--user", "start", s.UnitName() + ".service"}}
}

func (m Manager) launchdDomain() string {
	if m.System {
		return "system"
	}
	return fmt.Sprintf("gui/%d", os.Getuid())
}

// RemoveService removes the service. A running agent keeps running.
func (m Manager) RemoveService(ctx context.Context, s Service) (existed bool, err error) {
	for _, path := range []string{m.linkPath(s), m.FilePath(s)} {
		switch err := os.Remove(path); {
		case err == nil:
			existed = true
		case !errors.Is(err, fs.ErrNotExist):
			return existed, fmt.Errorf("remove the service: %w", err)
		}
	}
	if existed && !m.Launchd {
		// Without the reload the manager remembers the unit until its next start, which does no harm.
		_ = m.run(ctx, m.startCommands(s)[0]...)
	}
	return existed, nil
}
