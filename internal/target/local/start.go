package local

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
)

const (
	minStartInterval = 500 * time.Millisecond // two starts are never closer
	maxLogBytes      = 1 << 20                // bytes of agent.log, after which it starts over
	maxShownLogBytes = 8 << 10                // bytes of its end that may be shown
)

// starter starts the agent of a state folder. A second one does no harm: it
// finds the folder locked and ends.
type starter struct {
	state string
	argv  []string

	mu   sync.Mutex
	last time.Time
}

func newStarter(state string, argv []string) (*starter, error) {
	if len(argv) == 0 {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("find this program: %w", err)
		}
		argv = []string{exe}
	}
	return &starter{state: state, argv: argv}, nil
}

// isNotListening reports whether no process listens.
func isNotListening(why error) bool {
	return errors.Is(why, syscall.ECONNREFUSED) || errors.Is(why, fs.ErrNotExist)
}

// startAgent starts an agent if there was no answer because none is running.
func (s *starter) startAgent(why error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !isNotListening(why) || time.Since(s.last) < minStartInterval {
		return nil
	}
	s.last = time.Now()
	if err := os.MkdirAll(s.state, 0o700); err != nil {
		return fmt.Errorf("make state folder: %w", err)
	}
	log, err := s.openLog()
	if err != nil {
		return fmt.Errorf("open the agent's log: %w", err)
	}
	defer log.Close()
	argv := s.agentCommand()
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir, cmd.Env = s.state, agentEnv(os.Environ())
	process.DetachCommand(cmd, log)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the agent: %w", err)
	}
	go cmd.Wait() // it outlives us, or else has to be reaped
	return nil
}

// agentCommand returns the program and the arguments that start an agent.
func (s *starter) agentCommand() []string {
	return append(s.argv[:len(s.argv):len(s.argv)], "agent", "--state", s.state)
}

func (s *starter) logPath() string { return filepath.Join(s.state, "agent.log") }

func (s *starter) openLog() (*os.File, error) {
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Lstat(s.logPath()); err == nil && info.Size() > maxLogBytes {
		flags |= os.O_TRUNC
	}
	return atomicfile.OpenRegular(s.logPath(), flags, 0o600)
}

// explainSilence says why no agent answers, with the end of its log.
func (s *starter) explainSilence(err error) error {
	p := problem.Wrap(err, problem.Failed, "tail "+s.logPath(), "reach the agent of %s", s.state)
	if words := strings.TrimSpace(s.readLogEnd()); words != "" {
		lines := strings.Split(words, "\n")
		p.Lines = lines[max(0, len(lines)-5):]
	}
	return p
}

// readLogEnd returns the end of the agent's log.
func (s *starter) readLogEnd() string {
	f, err := atomicfile.OpenRegular(s.logPath(), os.O_RDONLY, 0)
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.Size() > maxShownLogBytes {
		_, _ = f.Seek(-maxShownLogBytes, io.SeekEnd) // a regular file can do that
	}
	words, _ := atomicfile.ReadLimited(f, maxShownLogBytes) // nothing to show is fine
	return string(words)
}

// agentEnv is the part of the operator's environment that the agent gets. The
// agent outlives the command, and so would a secret in it.
func agentEnv(env []string) (kept []string) {
	names := " PATH HOME TZ LANG TMPDIR XDG_RUNTIME_DIR XDG_STATE_HOME SUDO_UID SSL_CERT_FILE SSL_CERT_DIR" +
		" HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy https_proxy no_proxy GOCOVERDIR "
	for _, e := range env {
		name, _, _ := strings.Cut(e, "=")
		if strings.Contains(names, " "+name+" ") || strings.HasPrefix(name, "VERSION_MANAGER_") {
			kept = append(kept, e)
		}
	}
	return kept
}
