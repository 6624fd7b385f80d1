package process

import (
	"net"

	"golang.org/x/sys/unix"
)

// Peer returns the number of the process at the other end of a Unix socket.
func Peer(c *net.UnixConn) (pid int, err error) {
	err = control(c, func(fd int) error {
		var err error
		pid, err = unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
		return err
	})
	return pid, err
}
