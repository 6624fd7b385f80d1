package fenced

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
)

// Locker takes the lock of an app, which is a Lease.
//
// The age of a lease must not depend on anybody's clock being right, and a
// newcomer cannot watch it for 15 s first. So both instants come from the API
// server: the last renewal from when it noted that write in the object's
// managed fields, and the present from what it would note if we wrote now, by
// a dry run. The times inside the lease are the holder's own and only serve to
// say for how long the lock has been held.
type Locker struct {
	app   *objects.App
	cache *cache.Store
	clock serverClock
}

// NewLocker returns a locker that makes no requests before it is used.
func NewLocker(app *objects.App, c *cache.Store) *Locker {
	return &Locker{app: app, cache: c, clock: serverClock{app: app}}
}

// TakeLock takes the lock, or fails with a HeldError if somebody else holds
// it. clean reports whether the holder before had released it. Nothing is
// known about a lease that does not exist: it may have been deleted while
// somebody held it.
func (k *Locker) TakeLock(ctx context.Context, holder string) (l *Lock, clean bool, err error) {
	l = &Lock{app: k.app, cache: k.cache, holder: holder, token: rand.Text()[:16]}
	err = RetryConflicts(ctx, "lock", func(ctx context.Context) error {
		current, err := readLease(ctx, k.app)
		if kube.IsNotFound(err) {
			clean = false
			return l.createFirst(ctx)
		}
		if err != nil {
			return err
		}
		if current.holder == l.holderIdentity() {
			l.term.Store(current.term) // the first answer was lost
			return nil
		}
		if err := k.refuseHeld(ctx, current); err != nil {
			return err
		}
		clean = current.holder == ""
		return l.updateLease(ctx, current.nextHolder(l.holderIdentity(), time.Now()))
	})
	return l, clean, err
}

// refuseHeld fails with a HeldError if the holder of the lease may be alive.
func (k *Locker) refuseHeld(ctx context.Context, l lease) error {
	if l.isFree() {
		return nil
	}
	now, err := k.clock.readNow(ctx)
	if err != nil {
		return fmt.Errorf("read the age of the lock: %w", err)
	}
	if age := now.Sub(l.written); !isExpired(age) {
		return &deploy.HeldError{Holder: l.describeHolder(age), Now: time.Now()}
	}
	return nil
}

// CurrentHolder is who holds the lock as far as the cache knows; nil: nobody.
func (k *Locker) CurrentHolder(ctx context.Context) (*deploy.Holder, error) {
	o, ok, err := k.cache.FindObject(ctx, "Lease", k.app.Name)
	if err != nil || !ok {
		return nil, err
	}
	l, err := parseLease(o)
	if err != nil {
		return nil, err
	}
	if l.isFree() {
		return nil, nil
	}
	age := k.clock.estimateNow(ctx).Sub(l.written)
	if isExpired(age) {
		return nil, nil
	}
	h := l.describeHolder(age)
	return &h, nil
}

func readLease(ctx context.Context, app *objects.App) (lease, error) {
	o, err := app.Kube.GetObject(ctx, app.ObjectRef("Lease", app.Name))
	if err != nil {
		return lease{}, err
	}
	if err := app.CheckOwner(o); err != nil {
		return lease{}, err
	}
	return parseLease(o)
}

// createFirst creates the lease, and the namespace if that is missing too. Its
// terms continue those of a lease that was lost.
func (l *Lock) createFirst(ctx context.Context) error {
	last, err := readLastTerm(ctx, l.app)
	if err != nil {
		return err
	}
	create := func() error {
		return l.createLease(ctx, lease{term: int64(last)}.nextHolder(l.holderIdentity(), time.Now()))
	}
	err = create()
	if !kube.IsNotFound(err) {
		return err
	}
	if _, err := l.app.Kube.CreateObject(ctx, manifest.NewNamespace(l.app.RouteApp())); err != nil && !kube.IsAlreadyExists(err) {
		return fmt.Errorf("create namespace %s: %w", l.app.Namespace, err)
	}
	return create()
}
