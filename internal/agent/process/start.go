package process

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// Command is what to start. Nothing of our own environment is inherited.
type Command struct {
	Argv   []string // absolute path of the program, then its arguments
	Env    []string
	Dir    string
	Output *os.File // standard output and error
}

// Child is a process that this one started.
type Child struct {
	Identity
	cmd *exec.Cmd
}

// gate waits for a line on descriptor 3 and becomes the program. If nobody is
// left to write it, the program never starts.
const gate = `read -r go <&3 && exec "$@" 3<&-`

// Start starts c as the leader of a session of its own, so that it survives
// us. The program begins only after record returned nil: whoever comes after
// a crash finds either a record or no process, never a process without one.
func Start(c Command, record func(Identity) error) (*Child, error) {
	wait, open, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	defer wait.Close()
	defer open.Close()
	cmd := exec.Command("/bin/sh", append([]string{"-c", gate, c.Argv[0]}, c.Argv...)...)
	cmd.Env, cmd.Dir = c.Env, c.Dir
	cmd.Stdout, cmd.Stderr = c.Output, c.Output
	cmd.ExtraFiles = []*os.File{wait}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	id, err := Of(cmd.Process.Pid)
	if err == nil {
		err = record(id)
	}
	if err == nil {
		_, err = open.WriteString("go\n")
	}
	if err != nil {
		open.Close()
		return nil, errors.Join(fmt.Errorf("start %s: %w", c.Argv[0], err), cmd.Wait())
	}
	return &Child{id, cmd}, nil
}

// Wait returns how the process ended: "exit status 2", "signal: killed".
func (c *Child) Wait() string {
	_ = c.cmd.Wait() // the state says more
	return c.cmd.ProcessState.String()
}
