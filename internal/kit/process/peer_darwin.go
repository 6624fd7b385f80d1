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

// PeerUser returns the user at the other end of a Unix socket: of a process
// that called, or that listens.
func PeerUser(c *net.UnixConn) (uid int, err error) {
	uid = -1
	err = control(c, func(fd int) error {
		cred, err := unix.GetsockoptXucred(fd, unix.SOL_LOCAL, unix.LOCAL_PEERCRED)
		if err == nil {
			uid = int(cred.Uid)
		}
		return err
	})
	return uid, err
}
