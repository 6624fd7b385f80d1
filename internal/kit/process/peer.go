package process

import (
	"errors"
	"fmt"
	"net"

	"version-manager/internal/kit/ownership"
)

// CheckPeer returns an error unless the user at the other end of a Unix socket
// is trusted.
func CheckPeer(c net.Conn, trust ownership.Trust) error {
	u, ok := c.(*net.UnixConn)
	if !ok {
		return fmt.Errorf("cannot read the peer's credentials of %T: %w", c, ownership.ErrForeign)
	}
	uid, err := PeerUser(u)
	if err != nil {
		return fmt.Errorf("read the user at the other end of the agent's socket: %w", err)
	}
	if !trust.Includes(uid) {
		return fmt.Errorf("the process at the other end of the agent's socket belongs to user %d: %w", uid, ownership.ErrForeign)
	}
	return nil
}

// control calls do with the descriptor of c.
func control(c *net.UnixConn, do func(fd int) error) error {
	raw, err := c.SyscallConn()
	if err != nil {
		return err
	}
	var inner error
	err = raw.Control(func(fd uintptr) { inner = do(int(fd)) })
	return errors.Join(err, inner)
}
