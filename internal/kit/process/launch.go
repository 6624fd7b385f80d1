package process

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"
)

const (
	launchWord = "launch-instance" // what the launcher is called with
	orderFD    = 3                 // where it reads its order
	maxOrder   = 16 << 20          // bytes; systems take fewer arguments than that
)

// order is what a launcher is told. Arguments and variables are bytes, which
// need not be text.
type order struct {
	File []byte   `json:"file"` // the program; empty: Argv[0]
	Argv [][]byte `json:"argv"`
	Env  [][]byte `json:"env"`
	User *User    `json:"user,omitempty"`
	Mind bool     `json:"mind,omitempty"` // be the parent of orphans
}

// order fails where the program is a name that $PATH does not lead to.
func (c Command) order() (order, error) {
	file := c.Argv[0]
	if filepath.Base(file) == file {
		var err error
		if file, err = exec.LookPath(file); err != nil {
			return order{}, err
		}
	}
	return order{[]byte(file), bytesOf(c.Argv), bytesOf(append(c.mark(), c.Env...)), c.User, c.Mark != ""}, nil
}

// mark is the variable that all processes of a program inherit.
func (c Command) mark() []string {
	if c.Mark == "" {
		return []string{}
	}
	return []string{markVar + c.Mark}
}

// Launch becomes another program if this process was started for that, and
// returns at once if it was not. A main function calls it before anything
// else; a person has no use for it.
func Launch() {
	if len(os.Args) != 2 || os.Args[1] != launchWord {
		return
	}
	if err := launch(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(127)
	}
	os.Exit(1) // the process that wanted the program is gone
}

// launch does not return when it succeeds, and returns nil if it is told
// nothing. The thread stays the same, because a privilege that is given up is
// that of a thread.
func launch() error {
	runtime.LockOSThread()
	syscall.CloseOnExec(orderFD)
	o, err := readOrder(os.NewFile(orderFD, "order"))
	if err != nil {
		return nil
	}
	argv, env := stringsOf(o.Argv), stringsOf(o.Env)
	name := filepath.Base(argv[0])
	if o.Mind {
		if err := adoptOrphans(); err != nil {
			return fmt.Errorf("start %s: %w", name, err)
		}
	}
	if o.User != nil {
		if err := o.User.become(); err != nil {
			return fmt.Errorf("start %s as user %d: %w", name, o.User.UID, err)
		}
	}
	return fmt.Errorf("start %s: %w", name, syscall.Exec(cmp.Or(string(o.File), argv[0]), argv, env))
}

// readOrder fails on half an order: its writer has died.
func readOrder(r io.Reader) (o order, err error) {
	if err := json.NewDecoder(io.LimitReader(r, maxOrder)).Decode(&o); err != nil {
		return o, err
	}
	if len(o.Argv) == 0 {
		return o, io.ErrUnexpectedEOF
	}
	return o, nil
}

// become gives up what this process may do for what u may. Output comes along:
// a program may open /dev/stdout again, and the pipe behind it is ours.
func (u User) become() error {
	for fd := 1; fd <= 2; fd++ {
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && st.Mode&unix.S_IFMT == unix.S_IFIFO {
			if err := unix.Fchown(fd, u.UID, -1); err != nil {
				return fmt.Errorf("hand over the output: %w", err)
			}
		}
	}
	groups := append([]int{}, u.Groups...)
	if err := syscall.Setgroups(groups); err != nil {
		return fmt.Errorf("set groups: %w", err)
	}
	if err := syscall.Setgid(u.GID); err != nil {
		return fmt.Errorf("set group: %w", err)
	}
	if err := syscall.Setuid(u.UID); err != nil {
		return fmt.Errorf("set user: %w", err)
	}
	return gainNothing()
}

// Self is the binary that runs now, even if another one has taken its place
// in the file system: what works together must be of one make.
func Self() (string, error) {
	if runtime.GOOS == "linux" {
		return "/proc/self/exe", nil
	}
	return os.Executable()
}

func bytesOf(list []string) (out [][]byte) {
	for _, s := range list {
		out = append(out, []byte(s))
	}
	return out
}

func stringsOf(list [][]byte) (out []string) {
	for _, b := range list {
		out = append(out, string(b))
	}
	return out
}
