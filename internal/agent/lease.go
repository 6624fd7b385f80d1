package agent

import (
	"fmt"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/process"
)

// lease is the lock of one app. It is stored with the app's state, except for
// the last sign of life: an agent that comes back counts its own start as one,
// because no clock tells how long it was away.
type lease struct {
	Token uint64           `json:"token"` // only grows
	Held  bool             `json:"held"`
	Name  string           `json:"name,omitempty"`
	Nonce string           `json:"nonce,omitempty"` // of the request that got it
	Since time.Time        `json:"since,omitzero"`
	Proc  process.Identity `json:"process,omitzero"` // of the holder; zero where it is not known

	seen  time.Time // by the monotonic clock
	alive func(process.Identity) bool
}

// restoreLease prepares a lease that was read from the disk.
func (l *lease) restoreLease(alive func(process.Identity) bool) {
	l.alive, l.seen = alive, time.Now()
	if l.Since.After(l.seen) {
		l.Since = l.seen // the clock was set back
	}
}

// isHeld reports whether somebody has the lock. A holder that died on this
// machine has lost it at once.
func (l *lease) isHeld() bool {
	if !l.Held || time.Since(l.seen) >= deploy.LockExpiry {
		return false
	}
	return l.Proc == process.Identity{} || l.alive(l.Proc)
}

// currentHolder returns who has the lock, nil if nobody has.
func (l *lease) currentHolder() *deploy.Holder {
	if !l.isHeld() {
		return nil
	}
	return &deploy.Holder{Name: l.Name, Since: l.Since, Seen: l.seen.Round(0)}
}

// takeLease gives the lock to the caller, unless somebody else holds it.
func (l *lease) takeLease(name, nonce string, proc process.Identity) (changed bool, err error) {
	if l.isHeld() {
		if l.Nonce == nonce && nonce != "" {
			return false, nil // the first answer was lost
		}
		return false, &deploy.HeldError{Holder: *l.currentHolder(), Now: time.Now()}
	}
	now := time.Now()
	l.Token++
	l.Held, l.Name, l.Nonce, l.Proc, l.Since, l.seen = true, name, nonce, proc, now.UTC().Round(0), now
	return true, nil
}

// checkToken reports whether token is still the latest, and takes it as a sign
// of life. A holder that slept through its expiry may continue as long as
// nobody took over.
func (l *lease) checkToken(token uint64) error {
	if token != l.Token || !l.Held {
		return fmt.Errorf("%s: %w", l.describeSuccessor(token), deploy.ErrFenced)
	}
	l.seen = time.Now()
	return nil
}

// describeSuccessor says who has the lock in place of the holder of a token.
func (l *lease) describeSuccessor(token uint64) string {
	switch {
	case l.Held:
		return l.Name + " holds it"
	case token == l.Token:
		return "it was released"
	}
	return "another command took it and has ended"
}

// releaseLease releases the lock. Doing it twice is fine.
func (l *lease) releaseLease(token uint64) (changed bool, err error) {
	if token == l.Token && !l.Held {
		return false, nil
	}
	if err := l.checkToken(token); err != nil {
		return false, err
	}
	l.Held, l.Name, l.Nonce, l.Proc, l.Since = false, "", "", process.Identity{}, time.Time{}
	return true, nil
}
