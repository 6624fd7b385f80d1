package fenced

import (
	"fmt"
	"strings"
	"time"

	coordination "k8s.io/api/coordination/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	tokenSeparator = " #" // between the holder's name and the token

	// ProcessAnnotation on a Lease identifies the holder's process.
	ProcessAnnotation = "version-manager.io/process"
)

// lease is the app's Lease as we use it.
type lease struct {
	holder   string // empty: nobody
	process  string // of the holder; see markProcess
	term     int64  // counts the holders: the fencing token
	acquired time.Time
	renewed  time.Time

	written time.Time // by the API server's clock
	version string    // resourceVersion
}

// nextHolder is the lease in the hands of another holder.
func (l lease) nextHolder(holder string, now time.Time) lease {
	l.term++
	l.holder, l.process, l.acquired, l.renewed = holder, markProcess(), now, now
	return l
}

// holderName is the holder without the token.
func (l lease) holderName() string {
	if i := strings.LastIndex(l.holder, tokenSeparator); i >= 0 {
		return l.holder[:i]
	}
	return l.holder
}

// describeHolder says who holds a lease that was renewed some time ago. Only a
// difference is taken from the holder's own clock.
func (l lease) describeHolder(age time.Duration) deploy.Holder {
	seen := time.Now().Add(-max(0, age))
	return deploy.Holder{Name: l.holderName(), Seen: seen.UTC(), Since: seen.Add(-max(0, l.renewed.Sub(l.acquired))).UTC()}
}

// isFree reports whether nobody holds the lease, or a process of this machine
// that is known to be dead.
func (l lease) isFree() bool { return l.holder == "" || processDied(l.process) }

// leaseExpiry is the age at which a lease is surely older than LockExpiry: the
// server notes whole seconds.
const leaseExpiry = deploy.LockExpiry + time.Second

func isExpired(age time.Duration) bool { return age >= leaseExpiry }

func parseLease(o *kube.Object) (lease, error) {
	typed, err := kube.ConvertObject[coordination.Lease](o)
	if err != nil {
		return lease{}, fmt.Errorf("read the lock: %w", err)
	}
	l := lease{written: lastWritten(o, "Update"), version: o.GetResourceVersion(), process: o.GetAnnotations()[ProcessAnnotation]}
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

func newLeaseObject(app *objects.App, l lease) *kube.Object {
	spec := map[string]any{
		"leaseDurationSeconds": int64(deploy.LockExpiry / time.Second),
		"leaseTransitions":     l.term,
		"holderIdentity":       l.holder,
		"acquireTime":          l.acquired.UTC().Format(metav1.RFC3339Micro),
		"renewTime":            l.renewed.UTC().Format(metav1.RFC3339Micro),
	}
	o := &kube.Object{Object: map[string]any{"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "spec": spec}}
	app.SetIdentity(o, app.Name)
	o.SetResourceVersion(l.version)
	if l.process != "" {
		o.SetAnnotations(map[string]string{ProcessAnnotation: l.process})
	}
	return o
}

// lastWritten is when the API server noted our last write by an operation.
func lastWritten(o *kube.Object, operation string) (at time.Time) {
	for _, f := range o.GetManagedFields() {
		if f.Manager == kube.FieldManager && string(f.Operation) == operation && f.Time != nil && f.Time.After(at) {
			at = f.Time.Time
		}
	}
	return at
}
