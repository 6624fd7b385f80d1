package autostart

import (
	"os"
	"os/user"
	"path/filepath"
	"strings"
)

// Status says whether the machine starts the agent.
type Status struct {
	File      string `json:"file"`
	Installed bool   `json:"installed"` // the file is there and enabled
	Current   bool   `json:"current"`   // it starts this program for this state folder
	Lingers   bool   `json:"lingers"`   // it starts with the machine, not only when its user logs in
	Lingering string `json:"-"`         // the command that makes it linger; empty if none exists
}

// ServiceStatus looks only at files, so it also works where the manager is not running.
func (m Manager) ServiceStatus(s Service) Status {
	st := Status{File: m.FilePath(s), Lingers: m.System || !m.Launchd && isLingering()}
	have, err := os.ReadFile(st.File)
	st.Installed = err == nil
	if !m.Launchd && !st.Lingers {
		st.Lingering = "loginctl enable-linger"
	}
	if !m.Launchd {
		_, err := os.Lstat(m.linkPath(s))
		st.Installed = st.Installed && err == nil
	}
	want, err := m.FileContent(s)
	st.Current = err == nil && st.Installed && startedCommand(string(have)) == startedCommand(want)
	return st
}

// startedCommand returns what a service file runs. Its environment may differ from
// the caller's.
func startedCommand(content string) string {
	if _, rest, ok := strings.Cut(content, "<key>ProgramArguments</key>"); ok {
		args, _, _ := strings.Cut(rest, "</array>")
		return args
	}
	for line := range strings.Lines(content) {
		if strings.HasPrefix(line, "ExecStart=") {
			return strings.TrimSpace(line)
		}
	}
	return ""
}

// isLingering reports whether systemd starts this user's services with the machine.
func isLingering() bool {
	u, err := user.Current()
	if err != nil {
		return false
	}
	_, err = os.Stat(filepath.Join("/var/lib/systemd/linger", u.Username))
	return err == nil
}
