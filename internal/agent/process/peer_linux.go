package process

import (
	"net"

	"golang.org/x/sys/unix"
)

// Peer returns the number of the process at the other end of a Unix socket.
func Peer(c *net.UnixConn) (pid int, err error) {
	err = control(c, func(fd int) error {
		cred, err := unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		if err == nil {
			pid = int(cred.Pid)
		}
		return err
	})
	return pid, err
}
