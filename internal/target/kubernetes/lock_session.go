package kubernetes

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

// Renew implements [deploy.Session].
func (s *session) Renew(ctx context.Context) error {
	return s.guarded(ctx, "renew the lock", func(ctx context.Context) error {
		l, err := s.heldLease(ctx)
		if err != nil {
			return err
		}
		l.renewed = time.Now()
		return s.writeLease(ctx, l)
	})
}

// Unlock implements [deploy.Session].
func (s *session) Unlock(ctx context.Context) error {
	l, err := s.readLease(ctx)
	if err == nil && l.holder == "" && l.term == s.term.Load() {
		return nil // whoever lost the answer asks again
	}
	if err := s.verify(ctx); err != nil {
		return err
	}
	if err := s.unpin(ctx); err != nil {
		return err
	}
	return s.giveBack(ctx)
}

func (s *session) giveBack(ctx context.Context) error {
	return s.guarded(ctx, "unlock", func(ctx context.Context) error {
		l, err := s.readLease(ctx)
		if err == nil && l.holder == "" && l.term == s.term.Load() {
			return nil
		}
		if l, err = s.heldLease(ctx); err != nil {
			return err
		}
		l.holder, l.process = "", ""
		return s.writeLease(ctx, l)
	})
}

// heldLease reads the lease and fails with ErrFenced if it is not ours.
func (s *session) heldLease(ctx context.Context) (lease, error) {
	l, err := s.readLease(ctx)
	if kube.IsNotFound(err) {
		if err := s.remakeLease(ctx); err != nil {
			return l, err
		}
		l, err = s.readLease(ctx)
	}
	if err != nil {
		return l, err
	}
	return l, s.owns(l)
}

// remakeLease makes the lease again that somebody deleted. It stays ours unless
// another holder had it meanwhile, who would have noted the next term at the
// anchor before anything else. Of two who make it at once, one succeeds.
func (s *session) remakeLease(ctx context.Context) error {
	if s.namespaceEnds(ctx) {
		return fmt.Errorf("namespace %s is being deleted: %w", s.app.Namespace, deploy.ErrFenced)
	}
	last, err := s.lastTerm(ctx)
	if err != nil {
		return err
	}
	if term := s.term.Load(); int64(last) != term || term == 0 {
		return fmt.Errorf("the lease is gone, and term %d may not be the last one: %w", term, deploy.ErrFenced)
	}
	err = s.createLease(ctx, lease{term: int64(last) - 1}.next(s.identity(), time.Now()))
	if kube.IsExists(err) {
		return nil // whose it is, the next look tells
	}
	return err
}

// namespaceEnds reports whether somebody deletes the namespace. The lease is
// among the first to go then, and all the rest is about to follow.
func (s *session) namespaceEnds(ctx context.Context) bool {
	o, err := s.app.Kube.Get(ctx, kube.Ref{Kind: "Namespace", Name: s.app.Namespace})
	return kube.IsNotFound(err) || err == nil && o.GetDeletionTimestamp() != nil
}

// owns fails with ErrFenced if the lease is not ours. One that has expired is
// still ours while nobody took it over.
func (s *session) owns(l lease) error {
	if l.holder == s.identity() && l.term == s.term.Load() {
		return nil
	}
	who := "nobody"
	if l.holder != "" {
		who = l.name()
	}
	return fmt.Errorf("term %d is over, %s has term %d: %w", s.term.Load(), who, l.term, deploy.ErrFenced)
}

// identity is the holder as the lease has it: the name for people, and a token
// of this one taking.
func (s *session) identity() string { return s.holder + tokenMark + s.token }
