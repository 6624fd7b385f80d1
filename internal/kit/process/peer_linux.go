package process

import (
	"net"

	"golang.org/x/sys/unix"
)

// Peer returns the number of the process at the other end of a Unix socket.
func Peer(c *net.UnixConn) (pid int, err error) {
	cred, err := credentials(c)
	if err != nil {
		return 0, err
	}
	return int(cred.Pid), nil
}

// PeerUser returns the user at the other end of a Unix socket: of a process
// that called, or that listens.
func PeerUser(c *net.UnixConn) (uid int, err error) {
	cred, err := credentials(c)
	if err != nil {
		return -1, err
	}
	return int(cred.Uid), nil
}

func credentials(c *net.UnixConn) (cred *unix.Ucred, err error) {
	err = control(c, func(fd int) error {
		var err error
		cred, err = unix.GetsockoptUcred(fd, unix.SOL_SOCKET, unix.SO_PEERCRED)
		return err
	})
	return cred, err
}
