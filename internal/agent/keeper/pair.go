package keeper

import (
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// message goes from the agent to the keeper, which answers each with ack.
type message struct {
	Name string `json:"name,omitempty"` // with a descriptor: hold it; without: drop it
	Quit bool   `json:"quit,omitempty"`
}

const ack = '+'

// newSocketPair returns two connected sockets. Ours is ready for use.
func newSocketPair() (ours *net.UnixConn, theirs *os.File, err error) {
	syscall.ForkLock.RLock()
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM, 0)
	if err == nil {
		unix.CloseOnExec(fds[0])
		unix.CloseOnExec(fds[1])
	}
	syscall.ForkLock.RUnlock()
	if err != nil {
		return nil, nil, fmt.Errorf("make socket pair: %w", err)
	}
	theirs = os.NewFile(uintptr(fds[1]), "peer")
	ours, err = connOf(os.NewFile(uintptr(fds[0]), "peer"))
	if err != nil {
		theirs.Close()
	}
	return ours, theirs, err
}

func connOf(f *os.File) (*net.UnixConn, error) {
	defer f.Close() // FileConn made a copy
	c, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return c.(*net.UnixConn), nil
}
