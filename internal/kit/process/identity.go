// Package process starts, recognizes and stops the processes that run an app.
//
// They outlive the process that started them, so a process is never known by its
// number alone, which the system gives to another one sooner or later, but by
// its Identity: number and time of start. Nothing here is ever done to a
// process whose identity does not match. Start with Start and Identity.
package process

import (
	"context"
	"errors"
	"fmt"
	"syscall"
	"time"
)

// Identity names one process for good. The zero value names none.
type Identity struct {
	PID   int    `json:"pid"`
	Start string `json:"start"` // opaque; equal only for the same process
}

// ErrGone: the process has ended.
var ErrGone = errors.New("the process has ended")

// errForeign: the number belongs to a user whose processes are hidden from us.
var errForeign = errors.New("it belongs to another user and is hidden")

// Of returns the identity of the process that has number pid now, ErrGone if
// there is surely none, and another error if that cannot be seen.
func Of(pid int) (Identity, error) {
	start, err := startOf(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("inspect process %d: %w", pid, err)
	}
	return Identity{pid, start}, nil
}

// Alive reports whether the process still runs. A zombie does not. One that
// cannot be looked at, because there are too many open files for example,
// does: a caller that took it for dead would start it twice.
func (id Identity) Alive() bool { return !errors.Is(id.look(), ErrGone) }

// look returns nil if the process runs, ErrGone if it does not, and another
// error if that cannot be seen. It could be seen when it was recorded, so one
// that is hidden is another one, which has its number now.
func (id Identity) look() error {
	if id.PID <= 1 {
		return ErrGone
	}
	now, err := Of(id.PID)
	if errors.Is(err, errForeign) || err == nil && now != id {
		return ErrGone
	}
	return err
}

// Signal sends sig to the process and to everything in its process group,
// which it must lead, as all do that Start made. It returns ErrGone if the
// process has ended; one that cannot be looked at gets no signal.
func (id Identity) Signal(sig syscall.Signal) error {
	if err := id.look(); err != nil {
		return err
	}
	return syscall.Kill(-id.PID, sig)
}

// pollEvery is how soon the end of a process is seen that is not our child.
const pollEvery = 100 * time.Millisecond

// Wait returns nil when the process has surely ended, or an error when ctx has.
func (id Identity) Wait(ctx context.Context) error {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for id.Alive() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// unseen says what it means that a process could not be looked at because of
// err, by what kill answers to the signal that does nothing.
func unseen(err, kill error) error {
	switch {
	case errors.Is(kill, syscall.ESRCH):
		return ErrGone
	case errors.Is(kill, syscall.EPERM) && (errors.Is(err, syscall.ENOENT) || errors.Is(err, syscall.EPERM)):
		return errForeign // as /proc hides it, see hidepid in proc(5)
	}
	return err
}
