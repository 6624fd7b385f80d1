package process

import (
	"errors"
	"syscall"
)

// members names the leader for all of its process group: the system answers
// whether there is one, not who is in it.
func (g Group) members() ([]Identity, error) {
	if !g.ours() {
		return nil, nil
	}
	err := syscall.Kill(-g.Leader.PID, 0)
	if errors.Is(err, syscall.ESRCH) {
		return nil, nil
	}
	if err != nil && !errors.Is(err, syscall.EPERM) { // EPERM: zombies alone, or another user's
		return nil, err
	}
	if errors.Is(err, syscall.EPERM) && !g.Leader.Alive() {
		return nil, nil
	}
	return []Identity{g.Leader}, nil
}
