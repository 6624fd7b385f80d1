package fenced

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
)

// Lock is the lock for as long as the Lease has its token.
type Lock struct {
	app    *objects.App
	cache  *cache.Store
	holder string       // as people read it
	token  string       // of this one acquisition
	term   atomic.Int64 // of the lease, which counts its holders; the heartbeat may write it
}

// LockToken tells this acquisition of the lock from all others.
func (l *Lock) LockToken() string { return l.token }

// holderIdentity is the holder as the lease has it: the name for people, and the
// token.
func (l *Lock) holderIdentity() string { return l.holder + tokenSeparator + l.token }

// VerifyHeld fails with ErrFenced if the lock is not ours anymore.
func (l *Lock) VerifyHeld(ctx context.Context) error {
	_, err := l.readHeld(ctx)
	return err
}

// RenewLease postpones the expiry of the lock.
func (l *Lock) RenewLease(ctx context.Context) error {
	return RetryConflicts(ctx, "renew the lock", func(ctx context.Context) error {
		current, err := l.readHeld(ctx)
		if err != nil {
			return err
		}
		current.renewed = time.Now()
		return l.updateLease(ctx, current)
	})
}

// ReleaseLease releases the lock. It succeeds if we released it before.
func (l *Lock) ReleaseLease(ctx context.Context) error {
	return RetryConflicts(ctx, "unlock", func(ctx context.Context) error {
		if l.IsReleased(ctx) {
			return nil
		}
		current, err := l.readHeld(ctx)
		if err != nil {
			return err
		}
		current.holder, current.process = "", ""
		return l.updateLease(ctx, current)
	})
}

// IsReleased reports whether we released the lock and nobody has taken it
// since. A caller that lost the answer asks again.
func (l *Lock) IsReleased(ctx context.Context) bool {
	current, err := readLease(ctx, l.app)
	return err == nil && current.holder == "" && current.term == l.term.Load()
}

// readHeld reads the lease and fails with ErrFenced if it is not ours.
func (l *Lock) readHeld(ctx context.Context) (lease, error) {
	current, err := readLease(ctx, l.app)
	if kube.IsNotFound(err) {
		if err := l.recreateLease(ctx); err != nil {
			return current, err
		}
		current, err = readLease(ctx, l.app)
	}
	if err != nil {
		return current, err
	}
	return current, l.checkOwner(current)
}

// recreateLease creates a lease that somebody deleted. It stays ours unless
// another holder had it meanwhile, which would have noted the next term at the
// anchor before anything else. If two create it at once, one succeeds.
func (l *Lock) recreateLease(ctx context.Context) error {
	if l.namespaceEnds(ctx) {
		return fmt.Errorf("namespace %s is being deleted: %w", l.app.Namespace, deploy.ErrFenced)
	}
	last, err := readLastTerm(ctx, l.app)
	if err != nil {
		return err
	}
	if term := l.term.Load(); int64(last) != term || term == 0 {
		return fmt.Errorf("the lease is gone, and term %d may not be the last one: %w", term, deploy.ErrFenced)
	}
	err = l.createLease(ctx, lease{term: int64(last) - 1}.nextHolder(l.holderIdentity(), time.Now()))
	if kube.IsAlreadyExists(err) {
		return nil // the next read tells whose it is
	}
	return err
}

// namespaceEnds reports whether somebody deletes the namespace. The lease is
// among the first objects to go then, and all others follow.
func (l *Lock) namespaceEnds(ctx context.Context) bool {
	o, err := l.app.Kube.GetObject(ctx, kube.Ref{Kind: "Namespace", Name: l.app.Namespace})
	return kube.IsNotFound(err) || err == nil && o.GetDeletionTimestamp() != nil
}

// checkOwner fails with ErrFenced if the lease is not ours. An expired one is
// still ours while nobody has taken it over.
func (l *Lock) checkOwner(current lease) error {
	if current.holder == l.holderIdentity() && current.term == l.term.Load() {
		return nil
	}
	who := "nobody"
	if current.holder != "" {
		who = current.holderName()
	}
	return fmt.Errorf("term %d is over, %s has term %d: %w", l.term.Load(), who, current.term, deploy.ErrFenced)
}

func (l *Lock) createLease(ctx context.Context, next lease) error {
	o, err := l.app.Kube.CreateObject(ctx, newLeaseObject(l.app, next))
	return l.noteLease(next, o, err)
}

// updateLease writes a lease, provided it is still as it was read.
func (l *Lock) updateLease(ctx context.Context, next lease) error {
	o, err := l.app.Kube.UpdateObject(ctx, newLeaseObject(l.app, next))
	return l.noteLease(next, o, err)
}

func (l *Lock) noteLease(next lease, o *kube.Object, err error) error {
	if err != nil {
		return err
	}
	l.term.Store(next.term)
	l.cache.StoreWritten(o)
	return nil
}
