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

// heartbeat leaves room for two lost renewals before the lock expires.
const heartbeat = 4 * time.Second

// hold is a lock that is kept alive. Its life ends when the lock is lost,
// and with it everything that must not go on without.
type hold struct {
	Session
	life   context.Context
	pulse  *awake.Pulse
	secret string // by which the ingress knows us
}

// locked runs f while it holds the target's lock. Interrupting ctx does not
// end the lock: f still has to clean up.
func (e *Engine) locked(ctx context.Context, f func(*hold) error) error {
	session, err := e.target.Lock(ctx, e.holder)
	if held, ok := errors.AsType[*HeldError](err); ok {
		return problem.Wrap(held, problem.LockHeld, "version-manager status --wait 60s", "another command is changing the app")
	}
	if err != nil {
		return fmt.Errorf("lock the target: %w", err)
	}
	life, lose := context.WithCancelCause(context.WithoutCancel(ctx))
	var beat sync.WaitGroup
	pulse := awake.NewPulse()
	beat.Go(func() { pulse.Run(life) })
	beat.Go(func() { keepAlive(life, session, lose) })
	err = f(&hold{Session: session, life: life, pulse: pulse})
	lose(nil)
	beat.Wait()

	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), heartbeat)
	defer cancel()
	if unlockErr := session.Unlock(bye); unlockErr != nil && err == nil {
		e.report.ReportNote("the lock could not be given back and expires by itself: %v", unlockErr)
	}
	return err
}

// outOfReach is how long a target may be unable to say whose the lock is.
const outOfReach = 2 * time.Minute

// errNoAnswer: the target has not said whether the lock is still ours.
var errNoAnswer = errors.New("no answer about the lock")

// keepAlive renews the lock until life ends. Only another holder ends it: a
// lock that expired, while the machine slept or the target could not be
// reached, is taken back by the first renewal that gets through. Until then
// nothing can go wrong, because the target refuses every change by somebody
// whose lock another one has taken over.
func keepAlive(life context.Context, s Session, lose context.CancelCauseFunc) {
	silence := time.Duration(0)
	for wait.SleepContext(life, heartbeat) == nil {
		ctx, cancel := awake.WithTimeout(life, LockExpiry, errNoAnswer)
		err := s.Renew(ctx)
		if context.Cause(ctx) == errNoAnswer {
			err = errNoAnswer
			silence += LockExpiry
		}
		cancel()
		switch {
		case life.Err() != nil:
			return
		case err == nil:
			silence = 0
		case errors.Is(err, ErrFenced):
			lose(err)
			return
		default:
			if silence += heartbeat; silence >= outOfReach {
				lose(fmt.Errorf("the target could not be reached for %s: %w", silence, err))
				return
			}
		}
	}
}
