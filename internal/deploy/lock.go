package deploy

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"version-manager/internal/problem"
)

// heartbeat leaves room for two lost renewals before the lock expires.
const heartbeat = 4 * time.Second

// hold is a lock that is kept alive. Its life ends when the lock is lost,
// and with it everything that must not go on without.
type hold struct {
	Session
	life context.Context
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
	beat.Go(func() { keepAlive(life, session, lose) })
	err = f(&hold{Session: session, life: life})
	lose(nil)
	beat.Wait()

	bye, cancel := context.WithTimeout(context.WithoutCancel(ctx), heartbeat)
	defer cancel()
	if unlockErr := session.Unlock(bye); unlockErr != nil && err == nil {
		e.emit(Event{Time: time.Now(), Kind: EventNote, Detail: "the lock could not be given back and expires by itself: " + unlockErr.Error()})
	}
	return err
}

// keepAlive renews the lock until life ends. A target that cannot be reached
// is forgiven for as long as the lock is sure to be ours.
func keepAlive(life context.Context, s Session, lose context.CancelCauseFunc) {
	tick := time.NewTicker(heartbeat)
	defer tick.Stop()
	renewed := time.Now()
	for {
		select {
		case <-life.Done():
			return
		case <-tick.C:
		}
		asked := time.Now()
		ctx, cancel := context.WithDeadline(life, renewed.Add(LockExpiry))
		err := s.Renew(ctx)
		cancel()
		switch {
		case err == nil:
			renewed = asked
		case errors.Is(err, ErrFenced), time.Since(renewed) >= LockExpiry:
			lose(fmt.Errorf("%w: %w", ErrFenced, err))
			return
		}
	}
}

// serially makes f safe to call from several goroutines.
func serially(f func(Event)) func(Event) {
	var mu sync.Mutex
	return func(e Event) {
		mu.Lock()
		defer mu.Unlock()
		f(e)
	}
}
