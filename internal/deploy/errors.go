package deploy

import (
	"errors"
	"fmt"
	"time"
)

var (
	// ErrConflict: the route changed since it was looked at.
	ErrConflict = errors.New("the route was changed by somebody else")
	// ErrFenced: the lock expired and another holder has it.
	ErrFenced = errors.New("the lock was lost to another holder")
	// ErrRefused: the target will not do this because requests would fail.
	ErrRefused = errors.New("refused")
)

// HeldError says who holds the lock.
type HeldError struct {
	Holder Holder
	Now    time.Time
}

func (e *HeldError) Error() string {
	return fmt.Sprintf("held by %s for %s, last seen %s ago", e.Holder.Name,
		e.Now.Sub(e.Holder.Since).Round(time.Second), e.Now.Sub(e.Holder.Seen).Round(time.Second))
}
