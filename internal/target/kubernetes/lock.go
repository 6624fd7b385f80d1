package kubernetes

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// Lock implements [deploy.Target]. The lock is the app's Lease.
//
// How old a lease is must not depend on anybody's clock being right, and a
// newcomer cannot watch it for 15 s first. So both instants are taken from the
// API server: the last renewal from when it noted that write in the object's
// managed fields, and the present from what it would note if we wrote now, by
// a dry run. The times inside the lease are the holder's own and only used to
// say for how long he has had it.
func (t *Target) Lock(ctx context.Context, holder string) (deploy.Session, error) {
	if err := t.preflight(ctx); err != nil {
		return nil, err
	}
	s := &session{Target: t, holder: holder, token: rand.Text()[:16], journals: map[string]*kube.Object{}, before: map[color.Color]*kube.Object{}}
	clean, err := s.take(ctx)
	if err != nil {
		return nil, err
	}
	if err := s.settle(ctx, clean); err != nil {
		if clean {
			err = errors.Join(err, s.giveBack(context.WithoutCancel(ctx)))
		} // else the next holder has to stamp too, which he does with a lock that was not given back
		return nil, err
	}
	return s, nil
}

// settle makes the lock safe to work under.
func (s *session) settle(ctx context.Context, clean bool) error {
	if err := s.ensureAnchor(ctx); err != nil {
		return err
	}
	if err := s.noteTerm(ctx); err != nil {
		return err
	}
	if !clean {
		if err := s.stamp(ctx); err != nil {
			return err
		}
	}
	return s.pin(ctx)
}

// take makes the lease ours, unless somebody else holds it. It reports whether
// the holder before had given it back. Of a lease that is not there nobody
// knows: it may have been deleted under somebody's hands.
func (s *session) take(ctx context.Context) (clean bool, err error) {
	err = s.guarded(ctx, "lock", func(ctx context.Context) error {
		l, err := s.readLease(ctx)
		if kube.IsNotFound(err) {
			clean = false
			return s.takeNew(ctx)
		}
		if err != nil {
			return err
		}
		if l.holder == s.identity() {
			s.term.Store(l.term) // the first answer was lost
			return nil
		}
		if err := s.refuseHeld(ctx, l); err != nil {
			return err
		}
		clean = l.holder == ""
		return s.writeLease(ctx, l.next(s.identity(), time.Now()))
	})
	return clean, err
}

// takeNew makes the lease, and the namespace where that is missing too. Its
// terms go on where those of a lost one ended.
func (s *session) takeNew(ctx context.Context) error {
	last, err := s.lastTerm(ctx)
	if err != nil {
		return err
	}
	create := func() error {
		return s.createLease(ctx, lease{term: int64(last)}.next(s.identity(), time.Now()))
	}
	err = create()
	if !kube.IsNotFound(err) {
		return err
	}
	if _, err := s.app.Kube.Create(ctx, manifest.Namespace(s.app.RouteApp())); err != nil && !kube.IsExists(err) {
		return fmt.Errorf("make namespace %s: %w", s.app.Namespace, err)
	}
	return create()
}

// refuseHeld fails with a HeldError where the lease is somebody's who may
// still be alive.
func (t *Target) refuseHeld(ctx context.Context, l lease) error {
	if l.holder == "" || l.holderDied() {
		return nil
	}
	now, err := t.serverTime(ctx)
	if err != nil {
		return fmt.Errorf("look at the lock's age: %w", err)
	}
	if age := now.Sub(l.written); age < expired {
		return &deploy.HeldError{Holder: l.describe(age), Now: time.Now()}
	}
	return nil
}

// expired is when a lease is surely older than LockExpiry: the server notes
// whole seconds.
const expired = deploy.LockExpiry + time.Second

// holderNow is who holds the lock, as far as the mirror knows.
func (t *Target) holderNow(ctx context.Context) (*deploy.Holder, error) {
	o, ok, err := t.cache.FindObject(ctx, "Lease", t.app.Name)
	if err != nil || !ok {
		return nil, err
	}
	l, err := readLease(o)
	if err != nil {
		return nil, err
	}
	if l.holder == "" || l.holderDied() {
		return nil, nil
	}
	age := t.serverNow(ctx).Sub(l.written)
	if age >= expired {
		return nil, nil
	}
	h := l.describe(age)
	return &h, nil
}
