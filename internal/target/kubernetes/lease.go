package kubernetes

import (
	"context"
	"fmt"
	"strings"
	"time"

	coordination "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

const (
	tokenMark         = " #" // between the holder's name and the token
	annotationProcess = "version-manager.io/process"
)

// lease is the app's Lease as we use it.
type lease struct {
	holder   string // empty: nobody
	process  string // of the holder; see processHere
	term     int64  // counts the holders: the fencing token
	acquired time.Time
	renewed  time.Time

	written time.Time // by the API server's clock
	version string    // resourceVersion
}

// next is the lease in the hands of another holder.
func (l lease) next(holder string, now time.Time) lease {
	l.term++
	l.holder, l.process, l.acquired, l.renewed = holder, processHere(), now, now
	return l
}

// name is the holder for people.
func (l lease) name() string {
	if i := strings.LastIndex(l.holder, tokenMark); i >= 0 {
		return l.holder[:i]
	}
	return l.holder
}

// describe says who holds a lease that was renewed some time ago. Of the
// holder's clock only a difference is used.
func (l lease) describe(age time.Duration) deploy.Holder {
	seen := time.Now().Add(-max(0, age))
	return deploy.Holder{Name: l.name(), Seen: seen.UTC(), Since: seen.Add(-max(0, l.renewed.Sub(l.acquired))).UTC()}
}

// holderDied reports whether the holder is known to be dead, as a process of
// this machine can be.
func (l lease) holderDied() bool { return processDied(l.process) }

func (t *Target) readLease(ctx context.Context) (lease, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("Lease", t.app.Name))
	if err != nil {
		return lease{}, err
	}
	if err := t.app.CheckOwner(o); err != nil {
		return lease{}, err
	}
	return readLease(o)
}

func readLease(o *kube.Object) (lease, error) {
	typed, err := kube.As[coordination.Lease](o)
	if err != nil {
		return lease{}, fmt.Errorf("read the lock: %w", err)
	}
	l := lease{written: writtenAt(o, "Update"), version: o.GetResourceVersion(), process: o.GetAnnotations()[annotationProcess]}
	if p := typed.Spec.HolderIdentity; p != nil {
		l.holder = *p
	}
	if p := typed.Spec.LeaseTransitions; p != nil {
		l.term = int64(*p)
	}
	if p := typed.Spec.AcquireTime; p != nil {
		l.acquired = p.Time
	}
	if p := typed.Spec.RenewTime; p != nil {
		l.renewed = p.Time
	}
	return l, nil
}

func (s *session) createLease(ctx context.Context, l lease) error {
	o, err := s.app.Kube.Create(ctx, s.leaseObject(l))
	return s.tookLease(l, o, err)
}

// writeLease writes a lease, provided it still is as it was read.
func (s *session) writeLease(ctx context.Context, l lease) error {
	o, err := s.app.Kube.Update(ctx, s.leaseObject(l))
	return s.tookLease(l, o, err)
}

func (s *session) tookLease(l lease, o *kube.Object, err error) error {
	if err != nil {
		return err
	}
	s.term.Store(l.term)
	s.cache.StoreWritten(o)
	return nil
}

func (t *Target) leaseObject(l lease) *kube.Object {
	spec := map[string]any{
		"leaseDurationSeconds": int64(deploy.LockExpiry / time.Second),
		"leaseTransitions":     l.term,
		"holderIdentity":       l.holder,
		"acquireTime":          l.acquired.UTC().Format(metav1.RFC3339Micro),
		"renewTime":            l.renewed.UTC().Format(metav1.RFC3339Micro),
	}
	o := &kube.Object{Object: map[string]any{"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec}}
	t.app.SetIdentity(o, t.app.Name)
	o.SetResourceVersion(l.version)
	if l.process != "" {
		o.SetAnnotations(map[string]string{annotationProcess: l.process})
	}
	return o
}

// writtenAt is when the API server noted our last write by an operation.
func writtenAt(o *kube.Object, operation string) (at time.Time) {
	for _, f := range o.GetManagedFields() {
		if f.Manager == kube.Manager && string(f.Operation) == operation && f.Time != nil && f.Time.After(at) {
			at = f.Time.Time
		}
	}
	return at
}
