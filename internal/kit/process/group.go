package process

import (
	"context"
	"errors"
	"os"
	"slices"
	"syscall"
	"time"
)

// markVar begins the variable that names a Group.
const markVar = "VERSION_MANAGER_INSTANCE="

// Group is a program with all that it has started. A leader that ends leaves
// the rest behind, so a program has ended when its Group is gone.
//
// It consists of the leader's session, every process with the mark in its initial
// environment, and all their descendants. So a process that makes
// a session of its own is found as long as it keeps its environment or its
// parent does, or if it was looked for with the same Seen before that. Where the system has no /proc, it is the process group alone.
type Group struct {
	Leader Identity
	Mark   string // Command.Mark; may be empty
	Seen   *Seen  // remembers what was found of it; nil: nothing does
}

// Gone returns nil if certainly no process of the group is running. One that
// cannot be inspected may be.
func (g Group) Gone() error {
	list, err := g.members()
	if err == nil && len(list) > 0 {
		err = errStays
	}
	return err
}

// errStays: something runs.
var errStays = errors.New("it is still running")

// Size is how many processes of the group run.
func (g Group) Size() (int, error) {
	list, err := g.members()
	return len(list), err
}

// Signal sends sig to all of the group, and returns ErrGone if nothing of it
// runs. After SIGKILL it returns when all of it has ended.
func (g Group) Signal(sig syscall.Signal) error {
	list, err := g.members()
	if err != nil {
		return err
	}
	if len(list) == 0 {
		return ErrGone
	}
	// The process group at once: none of it can fork away meanwhile.
	if g.ours() {
		if err := syscall.Kill(-g.Leader.PID, sig); err != nil && !errors.Is(err, syscall.ESRCH) {
			return err
		}
	}
	var failed []error
	for _, id := range list {
		if pgid, err := syscall.Getpgid(id.PID); err == nil && pgid == g.Leader.PID {
			continue
		}
		failed = append(failed, id.signalOne(sig))
	}
	if sig == syscall.SIGKILL {
		awaitDeath(list)
	}
	return errors.Join(failed...)
}

// deathTime is far longer than the system takes to end a killed process, unless
// the process waits for a device.
const deathTime = 2 * time.Second

// awaitDeath returns when none of the killed processes is running. While
// one dies it has no environment, and maybe no parent, so that it would not be
// found again by looking for the group.
func awaitDeath(killed []Identity) {
	for deadline := time.Now().Add(deathTime); time.Now().Before(deadline); time.Sleep(time.Millisecond) {
		if !slices.ContainsFunc(killed, Identity.Alive) {
			return
		}
	}
}

// ours reports whether the leader's number still means the leader's process
// group. A number is not given away as long as a group or a session has it.
func (g Group) ours() bool {
	if g.Leader.PID <= 1 {
		return false
	}
	now, err := Of(g.Leader.PID)
	return errors.Is(err, ErrGone) || err == nil && now == g.Leader
}

// signalOne sends sig to this process and to no other that gets its number.
func (id Identity) signalOne(sig syscall.Signal) error {
	p, err := os.FindProcess(id.PID) // holds on to the process, where the system can
	if err != nil {
		return nil // gone
	}
	defer p.Release()
	if err := id.look(); err != nil {
		return ignoreGone(err)
	}
	return ignoreGone(p.Signal(sig))
}

func ignoreGone(err error) error {
	if errors.Is(err, ErrGone) || errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH) {
		return nil
	}
	return err
}

// Wait returns nil when no process of the group is running, or an error when
// ctx has ended. The whole system is searched only when all that was found
// before is gone.
func (g Group) Wait(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for {
		list, err := g.members()
		if err == nil && len(list) == 0 {
			return nil
		}
		for again := true; again; {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-tick.C:
			}
			again = false
			for _, id := range list {
				again = again || id.Alive()
			}
		}
	}
}
