package deploy

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/wait"
)

// renewInterval leaves room for two lost renewals before the lock expires.
const renewInterval = 4 * time.Second

// heldLock is a lock that is kept alive. Its ctx ends when the lock is lost, and
// with it everything that must not continue without the lock.
type heldLock struct {
	Session
	ctx         context.Context
	pulse       *awake.Pulse
	probeSecret string // by which the ingress knows our requests
}

// withLock runs f while it holds the target's lock. Interrupting ctx does not
// end the lock: f still has to clean up.
func (e *Engine) withLock(ctx context.Context, f func(*heldLock) error) error {
	session, err := e.target.AcquireLock(ctx, e.holder)
	if held, ok := errors.AsType[*HeldError](err); ok {
		return problem.Wrap(held, problem.LockHeld, "version-manager status --wait 60s", "another command is changing the app")
	}
	if err != nil {
		return fmt.Errorf("lock the target: %w", err)
	}
	lockCtx, lose := context.WithCancelCause(context.WithoutCancel(ctx))
	var background sync.WaitGroup
	pulse := awake.NewPulse()
	background.Go(func() { pulse.Run(lockCtx) })
	background.Go(func() { keepRenewed(lockCtx, session, lose) })
	err = f(&heldLock{Session: session, ctx: lockCtx, pulse: pulse})
	lose(nil)
	background.Wait()

	unlockCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), renewInterval)
	defer cancel()
	if unlockErr := session.ReleaseLock(unlockCtx); unlockErr != nil && err == nil {
		e.report.ReportNote("the lock could not be released and expires by itself: %v", unlockErr)
	}
	return err
}

// maxSilence is how long a target may be unable to say whose the lock is.
const maxSilence = 2 * time.Minute

// errNoAnswer: the target has not said whether the lock is still ours.
var errNoAnswer = errors.New("no response about the lock")

// keepRenewed renews the lock until lockCtx ends. Only another holder ends it: a
// lock that expired, while the machine slept or the target could not be
// reached, is reacquired by the first renewal that gets through. Until then
// nothing can go wrong, because the target refuses every change by somebody
// whose lock another one has taken over.
func keepRenewed(lockCtx context.Context, s Session, lose context.CancelCauseFunc) {
	silence := time.Duration(0)
	for wait.SleepContext(lockCtx, renewInterval) == nil {
		ctx, cancel := awake.WithTimeout(lockCtx, LockExpiry, errNoAnswer)
		err := s.RenewLock(ctx)
		if context.Cause(ctx) == errNoAnswer {
			err = errNoAnswer
			silence += LockExpiry
		}
		cancel()
		switch {
		case lockCtx.Err() != nil:
			return
		case err == nil:
			silence = 0
		case errors.Is(err, ErrFenced):
			lose(err)
			return
		default:
			if silence += renewInterval; silence >= maxSilence {
				lose(fmt.Errorf("the target could not be reached for %s: %w", silence, err))
				return
			}
		}
	}
}
