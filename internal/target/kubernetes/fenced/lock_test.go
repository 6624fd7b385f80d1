package fenced

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/target/kubernetes/objects"
)

func TestLockHasOneHolder(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada@laptop")
	held, ok := errors.AsType[*deploy.HeldError](w.tryLock())
	if !ok || held.Holder.Name != "ada@laptop" {
		t.Fatalf("a second TakeLock = %v", held)
	}
	if age := held.Now.Sub(held.Holder.Since); age < 0 || age > 5*time.Second {
		t.Errorf("held for %v", age)
	}
	w.Must(ada.RenewLease(t.Context()))
	w.Must(ada.ReleaseLease(t.Context()))
	w.Must(ada.ReleaseLease(t.Context())) // a caller that lost the answer asks again
	if !ada.IsReleased(t.Context()) {
		t.Error("the lock is not released")
	}
	bob := w.lock("bob")
	if bob.term.Load() != ada.term.Load()+1 || bob.LockToken() == ada.LockToken() {
		t.Errorf("terms %d and %d", ada.term.Load(), bob.term.Load())
	}
	for name, err := range map[string]error{"renew": ada.RenewLease(t.Context()), "release": ada.ReleaseLease(t.Context()), "verify": ada.VerifyHeld(t.Context())} {
		if !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "bob has term") {
			t.Errorf("%s without the lock = %v, want ErrFenced", name, err)
		}
	}
	w.Must(bob.VerifyHeld(t.Context()))
	w.Must(bob.ReleaseLease(t.Context()))
	if ada.IsReleased(t.Context()) || ada.ReleaseLease(t.Context()) == nil {
		t.Error("a lock that bob released counts as released by ada")
	}
	if err := ada.VerifyHeld(t.Context()); !strings.Contains(err.Error(), "nobody has term") {
		t.Errorf("verify = %v", err)
	}
}

// A holder with the same name and an earlier term is another holder.
func TestEarlierTermIsFenced(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	w.Must(ada.VerifyHeld(t.Context()))
	ada.term.Add(-1)
	if err := ada.VerifyHeld(t.Context()); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("verify with another term = %v", err)
	}
	ada.term.Add(1)
	ada.token = "other"
	if err := ada.VerifyHeld(t.Context()); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("verify with another token = %v", err)
	}
}

func TestLockExpiresByTheServersClock(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	w.moveHolder()
	w.Server.AdvanceClock(14 * time.Second)
	if w.tryLock() == nil {
		t.Fatal("a lock of 14 s was taken over")
	}
	w.Must(ada.RenewLease(t.Context()))
	w.moveHolder()
	w.Server.AdvanceClock(14 * time.Second)
	if w.tryLock() == nil {
		t.Fatal("a renewed lock was taken over")
	}
	w.Server.AdvanceClock(3 * time.Second)
	w.lock("bob")
	if err := ada.RenewLease(t.Context()); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("RenewLease after the takeover = %v", err)
	}
}

func TestLeaseExpiry(t *testing.T) {
	for age, want := range map[time.Duration]bool{
		deploy.LockExpiry: false,
		deploy.LockExpiry + time.Second - time.Nanosecond: false,
		deploy.LockExpiry + time.Second:                   true,
		deploy.LockExpiry + time.Second + time.Nanosecond: true,
	} {
		if got := isExpired(age); got != want {
			t.Errorf("a lease of %v is expired: %t, want %t", age, got, want)
		}
	}
}

// The holder's own clock is ten years fast.
func TestLockDoesNotTrustTheHoldersClock(t *testing.T) {
	w := newWorld(t)
	w.lock("ada")
	w.ChangeObject("Lease", "shop", func(o *kube.Object) {
		w.Must(objects.SetTextField(o, "2036-01-01T00:00:00.000000Z", "spec", "renewTime"))
		w.Must(objects.SetTextField(o, "2036-01-01T00:00:00.000000Z", "spec", "acquireTime"))
	})
	w.takeOver()
}

// Nor does the clock of the reader matter.
func TestCurrentHolderByTheServersClock(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"slow": -time.Hour, "right": 0, "fast": time.Hour} {
		w := newWorld(t)
		w.Server.AdvanceClock(ahead)
		w.lock("ada")
		if h, err := w.newLocker().CurrentHolder(t.Context()); err != nil || h == nil || time.Since(h.Seen) > 5*time.Second || h.Name != "ada" {
			t.Errorf("%s: the holder is %+v, %v", name, h, err)
		}
		w.Server.AdvanceClock(17 * time.Second)
		if h, err := w.newLocker().CurrentHolder(t.Context()); err != nil || h != nil {
			t.Errorf("%s: an expired holder is shown: %+v, %v", name, h, err)
		}
	}
}

func TestCurrentHolderOfAFreeLock(t *testing.T) {
	w := newWorld(t)
	if h, err := w.newLocker().CurrentHolder(t.Context()); err != nil || h != nil {
		t.Errorf("before the first lock: %+v, %v", h, err)
	}
	w.Must(w.lock("ada").ReleaseLease(t.Context()))
	if h, err := w.newLocker().CurrentHolder(t.Context()); err != nil || h != nil {
		t.Errorf("after the release: %+v, %v", h, err)
	}
}

func TestCurrentHolderForReaders(t *testing.T) {
	w := newWorld(t)
	w.lock("ada")
	k := w.newLocker()
	k.app.Kube = readOnly{k.app.Kube}
	if h, err := k.CurrentHolder(t.Context()); err != nil || h == nil {
		t.Errorf("the holder is %+v, %v", h, err)
	}
}

// readOnly is a cluster in which the user may write nothing, not even by a dry
// run.
type readOnly struct{ kube.Cluster }

func (readOnly) DryApply(context.Context, *kube.Object) (*kube.Object, error) {
	return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "leases"}, "shop", nil)
}

func TestExpiredLockStaysOursWhileNobodyTakesIt(t *testing.T) {
	w := newWorld(t)
	k := w.newLocker()
	ada := w.lockBy(k, "ada")
	w.Server.AdvanceClock(time.Minute)
	w.Must(ada.RenewLease(t.Context()))
	if h, err := k.CurrentHolder(t.Context()); err != nil || h == nil || h.Name != "ada" {
		t.Errorf("holder is %+v, %v", h, err)
	}
}

func TestDeadHolderOfThisMachineLosesTheLockAtOnce(t *testing.T) {
	w := newWorld(t)
	if markProcess() == "" {
		t.Skip("a process cannot be recognized here")
	}
	w.lock("ada")
	w.ChangeObject("Lease", "shop", func(o *kube.Object) {
		objects.SetAnnotation(o, ProcessAnnotation, strings.Replace(markProcess(), `"start":"`, `"start":"not`, 1))
	})
	bob := w.newLocker()
	if h, err := bob.CurrentHolder(t.Context()); h != nil || err != nil {
		t.Errorf("a dead holder is shown: %+v, %v", h, err)
	}
	w.lockBy(bob, "bob")
}

func TestLockCreatesTheNamespace(t *testing.T) {
	w := newWorld(t)
	w.Namespace = "fresh"
	out := w.lock("ada")
	namespace := w.Server.GetObject("Namespace", "", "fresh")
	if namespace == nil || w.Server.GetObject("ConfigMap", "fresh", "shop") == nil {
		t.Fatal("no namespace or no anchor")
	}
	if got := namespace.GetLabels()["pod-security.kubernetes.io/enforce"]; got != "restricted" {
		t.Errorf("pod security is %q, not as rendered", got)
	}
	w.Must(out.ReleaseLease(t.Context()))
}

// Two take over an expired lock at the same moment: one of them gets it.
func TestTakeoverHasOneWinner(t *testing.T) {
	w := newWorld(t)
	w.lock("ada")
	w.moveHolder()
	w.Server.AdvanceClock(17 * time.Second)
	var carla *Writer
	w.beforeWrite("PUT", "leases", func() { carla = w.lock("carla") })
	if held, ok := errors.AsType[*deploy.HeldError](w.tryLock()); !ok || held.Holder.Name != "carla" {
		t.Fatalf("TakeLock of the slower = %v", held)
	}
	w.Must(carla.VerifyHeld(t.Context()))
}

// Only a lock that its holder released is clean.
func TestCleanLock(t *testing.T) {
	w := newWorld(t)
	take := func() (*Lock, bool) {
		l, clean, err := w.newLocker().TakeLock(t.Context(), "ada")
		w.Must(err)
		return l, clean
	}
	l, clean := take()
	if clean {
		t.Error("a new lease is clean")
	}
	w.Must(l.ReleaseLease(t.Context()))
	if _, clean = take(); !clean {
		t.Error("a released lock is not clean")
	}
	w.moveHolder()
	w.Server.AdvanceClock(17 * time.Second)
	if _, clean = take(); clean {
		t.Error("an expired lock is clean")
	}
}

// The answer to the write that took the lock was lost: the next try finds its
// own identity in the lease.
func TestLostAnswerToTakeLock(t *testing.T) {
	w := newWorld(t)
	w.Must(w.lock("ada").ReleaseLease(t.Context()))
	k := w.newLocker()
	k.app.Kube = &lostUpdate{Cluster: k.app.Kube}
	l, clean, err := k.TakeLock(t.Context(), "bob")
	w.Must(err)
	if !clean || l.term.Load() != 2 {
		t.Errorf("clean %t, term %d; want a clean lock with term 2", clean, l.term.Load())
	}
	w.Must(l.VerifyHeld(t.Context()))
}

// lostUpdate carries out the first update and reports a conflict.
type lostUpdate struct {
	kube.Cluster
	lost bool
}

func (c *lostUpdate) UpdateObject(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	made, err := c.Cluster.UpdateObject(ctx, o)
	if err == nil && !c.lost {
		c.lost = true
		return nil, apierrors.NewConflict(schema.GroupResource{Resource: "leases"}, o.GetName(), errors.New("try again"))
	}
	return made, err
}

func TestDeletedLeaseIsRecreated(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	term := ada.term.Load()
	for name, f := range map[string]func(context.Context) error{"renew": ada.RenewLease, "verify": ada.VerifyHeld} {
		w.DeleteObject("Lease", "shop")
		if err := f(t.Context()); err != nil || ada.term.Load() != term {
			t.Errorf("%s without a lease: %v, term %d after %d", name, err, ada.term.Load(), term)
		}
		if w.tryLock() == nil {
			t.Errorf("%s: the lock is free", name)
		}
	}
}

// Without the lease, only the anchor can tell whether another holder had it.
func TestDeletedLeaseFencesOff(t *testing.T) {
	for name, lose := range map[string]func(world){
		"the anchor is gone":    func(w world) { w.DeleteObject("ConfigMap", "shop") },
		"there is a later term": func(w world) { w.setTerm("2") },
		"the term is lower":     func(w world) { w.setTerm("0") },
		"the term is damaged":   func(w world) { w.setTerm("x") },
	} {
		w := newWorld(t)
		ada := w.lock("ada")
		w.DeleteObject("Lease", "shop")
		lose(w)
		if err := ada.RenewLease(t.Context()); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "the lease is gone") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func (w world) setTerm(term string) {
	w.ChangeObject("ConfigMap", "shop", func(o *kube.Object) { w.Must(objects.SetTextField(o, term, "data", termKey)) })
}

// A holder that never noted a term cannot recreate a lease.
func TestLeaseWithoutTermIsNotRecreated(t *testing.T) {
	w := newWorld(t)
	k := w.newLocker()
	l := &Lock{app: k.app, cache: k.cache, holder: "ada", token: "t"}
	if err := l.VerifyHeld(t.Context()); !errors.Is(err, deploy.ErrFenced) || w.GetObject("Lease", "shop") != nil {
		t.Errorf("verify = %v", err)
	}
}

// Another holder is faster to create the lease that was deleted.
func TestRecreatedLeaseMayBeAnothers(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	w.DeleteObject("Lease", "shop")
	w.beforeWrite("POST", "leases", func() { w.lock("bob") })
	if err := ada.VerifyHeld(t.Context()); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "bob has term 2") {
		t.Errorf("verify = %v", err)
	}
}

// TestDeletedNamespaceIsNamed: nothing is done anymore in a namespace that is
// being deleted, and the error says so.
func TestDeletedNamespaceIsNamed(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	w.DeleteObject("Lease", "shop")
	w.PutJSON(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x"]}}`)
	for name, f := range map[string]func(context.Context) error{"renew": ada.RenewLease, "release": ada.ReleaseLease, "verify": ada.VerifyHeld} {
		if err := f(t.Context()); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "namespace shop is being deleted") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A lease that has the app's name and was not made by us is not touched.
func TestForeignLease(t *testing.T) {
	w := newWorld(t)
	w.PutJSON(`{"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "shop", "namespace": "shop"}, "spec": {"holderIdentity": ""}}`)
	if err := w.tryLock(); err == nil || !strings.Contains(err.Error(), "Lease shop in namespace shop was not made by version-manager") {
		t.Errorf("TakeLock = %v", err)
	}
}

func TestLockIsVerifiedOncePerCall(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	reads := 0
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Resource == "leases" {
			reads++
		}
	})
	w.Must(ada.VerifyHeld(t.Context()))
	if reads != 1 {
		t.Errorf("verify sent %d requests about the lease", reads)
	}
}
