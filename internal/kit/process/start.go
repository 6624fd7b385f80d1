package process

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
)

// Command is what to start. Nothing of our own environment is inherited.
type Command struct {
	Argv   []string // absolute path of the program, then its arguments
	Env    []string // NAME=value, as bytes: no shell reads them
	Dir    string
	Output *os.File // standard output and error
	User   *User    // to become; nil: the user of this process
	Mark   string   // tells what the program leaves behind from others' processes; see Group
}

// User is who a program runs as.
type User struct {
	UID    int   `json:"uid"`
	GID    int   `json:"gid"`
	Groups []int `json:"groups"`
}

// Child is a process that this one started.
type Child struct {
	Identity
	cmd *exec.Cmd
}

// Start starts c as the leader of a session of its own, so that it survives
// us. The program begins only after record returned nil: after a crash, the
// next process finds either a record or no process, never a process without one.
//
// What is started is this very program, as a launcher that waits and then
// becomes the other one; its main function has to begin with Launch.
func Start(c Command, record func(Identity) error) (*Child, error) {
	order, err := c.order()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	self, err := Self()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	wait, open, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	defer wait.Close()
	defer open.Close()
	cmd := exec.Command(self, launchWord)
	cmd.Args[0] = os.Args[0]
	cmd.Env, cmd.Dir = c.mark(), c.Dir
	DetachCommand(cmd, c.Output)
	cmd.ExtraFiles = []*os.File{wait}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", c.Argv[0], err)
	}
	id, err := Of(cmd.Process.Pid)
	if err == nil {
		err = record(id)
	}
	if err == nil {
		err = json.NewEncoder(open).Encode(order)
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
