// Package process starts, recognises and stops the processes that run an app.
//
// They outlive whoever started them, so a process is never known by its
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

// Of returns the identity of the process that has number pid now.
func Of(pid int) (Identity, error) {
	start, err := startOf(pid)
	if err != nil {
		return Identity{}, fmt.Errorf("look at process %d: %w", pid, err)
	}
	return Identity{pid, start}, nil
}

// Alive reports whether the process still runs. A zombie does not.
func (id Identity) Alive() bool {
	if id.PID <= 1 {
		return false
	}
	start, err := startOf(id.PID)
	return err == nil && start == id.Start
}

// Signal sends sig to the process and to everything in its process group,
// which it must lead, as all do that Start made.
func (id Identity) Signal(sig syscall.Signal) error {
	if !id.Alive() {
		return ErrGone
	}
	return syscall.Kill(-id.PID, sig)
}

// pollEvery is how soon the end of a process is seen that is not our child.
const pollEvery = 100 * time.Millisecond

// Wait returns nil when the process has ended, or an error when ctx has.
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
