package kubernetes

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

// elsewhere makes the lease look as if its holder sat at another machine.
func (w *world) elsewhere() {
	o := w.get("Lease", "shop")
	objects.SetAnnotation(o, annotationProcess, `{"pid": 4711, "start": "1", "world": "another"}`)
	w.server.Put(o)
}

func TestLockIsHeldByOne(t *testing.T) {
	w := newWorld(t)
	ada := w.lock(w.target(), "ada@laptop")
	_, err := w.target().Lock(t.Context(), "bob")
	held, ok := errors.AsType[*deploy.HeldError](err)
	if !ok || held.Holder.Name != "ada@laptop" {
		t.Fatalf("a second Lock = %v", err)
	}
	if age := held.Now.Sub(held.Holder.Since); age < 0 || age > 5*time.Second {
		t.Errorf("held for %v", age)
	}
	w.must(ada.Renew(t.Context()))
	w.must(ada.Unlock(t.Context()))
	w.must(ada.Unlock(t.Context())) // whoever lost the answer asks again
	bob := w.lock(w.target(), "bob")
	if bob.term.Load() != ada.term.Load()+1 {
		t.Errorf("terms %d and %d", ada.term.Load(), bob.term.Load())
	}
	for name, err := range map[string]error{"renew": ada.Renew(t.Context()), "unlock": ada.Unlock(t.Context()), "verify": ada.verify(t.Context())} {
		if !errors.Is(err, deploy.ErrFenced) {
			t.Errorf("%s without the lock = %v, want ErrFenced", name, err)
		}
	}
	w.must(bob.verify(t.Context()))
}

func TestLockExpiresByTheServersClock(t *testing.T) {
	w := newWorld(t)
	ada := w.lock(w.target(), "ada")
	w.elsewhere()
	w.server.Advance(14 * time.Second)
	if _, err := w.target().Lock(t.Context(), "bob"); err == nil {
		t.Fatal("a lock of 14 s was taken over")
	}
	w.must(ada.Renew(t.Context()))
	w.elsewhere()
	w.server.Advance(14 * time.Second)
	if _, err := w.target().Lock(t.Context(), "bob"); err == nil {
		t.Fatal("a renewed lock was taken over")
	}
	w.server.Advance(3 * time.Second)
	w.lock(w.target(), "bob")
	if err := ada.Renew(t.Context()); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("Renew after the takeover = %v", err)
	}
}

// The holder's own clock is ten years fast, and nobody minds.
func TestLockDoesNotTrustTheHoldersClock(t *testing.T) {
	w := newWorld(t)
	w.lock(w.target(), "ada")
	o := w.get("Lease", "shop")
	w.must(objects.SetTextField(o, "2036-01-01T00:00:00.000000Z", "spec", "renewTime"))
	w.must(objects.SetTextField(o, "2036-01-01T00:00:00.000000Z", "spec", "acquireTime"))
	w.server.Put(o)
	w.elsewhere()
	w.server.Advance(17 * time.Second)
	w.lock(w.target(), "bob")
}

// How the clock of whoever looks goes does not matter either.
func TestHolderIsSeenByTheServersClock(t *testing.T) {
	for name, ahead := range map[string]time.Duration{"slow": -time.Hour, "right": 0, "fast": time.Hour} {
		w := newWorld(t)
		w.server.Advance(ahead)
		w.lock(w.target(), "ada")
		if h, err := w.target().holderNow(t.Context()); err != nil || h == nil || time.Since(h.Seen) > 5*time.Second {
			t.Errorf("%s: the holder is %+v, %v", name, h, err)
		}
		w.server.Advance(17 * time.Second)
		if h, err := w.target().holderNow(t.Context()); err != nil || h != nil {
			t.Errorf("%s: a dead holder is shown: %+v, %v", name, h, err)
		}
	}
}

func TestHolderIsSeenByWhoMayOnlyLook(t *testing.T) {
	w := newWorld(t)
	w.lock(w.target(), "ada")
	looks := w.target()
	looks.app.Kube = looker{looks.app.Kube}
	if h, err := looks.holderNow(t.Context()); err != nil || h == nil {
		t.Errorf("the holder is %+v, %v", h, err)
	}
}

// looker may write nothing, not even to try.
type looker struct{ kube.Cluster }

func (looker) DryApply(context.Context, *kube.Object) (*kube.Object, error) {
	return nil, apierrors.NewForbidden(schema.GroupResource{Resource: "leases"}, "shop", nil)
}

func TestExpiredLockIsStillOursWhileNobodyWantsIt(t *testing.T) {
	w := newWorld(t)
	ada := w.lock(w.target(), "ada")
	w.server.Advance(time.Minute)
	w.must(ada.Renew(t.Context()))
	if h, err := ada.holderNow(t.Context()); err != nil || h == nil || h.Name != "ada" {
		t.Errorf("holder is %+v, %v", h, err)
	}
}

func TestDeadHolderOfThisMachineLosesTheLockAtOnce(t *testing.T) {
	w := newWorld(t)
	if processHere() == "" {
		t.Skip("a process cannot be recognized here")
	}
	w.lock(w.target(), "ada")
	o := w.get("Lease", "shop")
	objects.SetAnnotation(o, annotationProcess, strings.Replace(processHere(), `"start":"`, `"start":"not`, 1))
	w.server.Put(o)
	bob := w.target()
	if h, err := bob.holderNow(t.Context()); h != nil || err != nil {
		t.Errorf("a dead holder is shown: %+v, %v", h, err)
	}
	w.lock(bob, "bob")
}

func TestLockMakesTheNamespace(t *testing.T) {
	w := newWorld(t)
	w.options.Namespace = "fresh"
	s := w.lock(w.target(), "ada")
	if w.server.Get("Namespace", "", "fresh") == nil || w.server.Get("ConfigMap", "fresh", "shop") == nil {
		t.Fatal("no namespace or no anchor")
	}
	if got := w.server.Get("Namespace", "", "fresh").GetLabels()["pod-security.kubernetes.io/enforce"]; got != "restricted" {
		t.Errorf("pod security is %q, not as rendered", got)
	}
	w.must(s.Unlock(t.Context()))
}

// Two take an expired lock over at the same moment: one of them gets it.
func TestTakeoverIsARaceWithOneWinner(t *testing.T) {
	w := newWorld(t)
	w.lock(w.target(), "ada")
	w.elsewhere()
	w.server.Advance(17 * time.Second)
	var carla *session
	w.server.Before(func(r kubetest.Request) {
		if r.Resource == "leases" && r.Method == "PUT" {
			w.server.Before(nil)
			carla = w.lock(w.target(), "carla")
		}
	})
	_, err := w.target().Lock(t.Context(), "bob")
	if held, ok := errors.AsType[*deploy.HeldError](err); !ok || held.Holder.Name != "carla" {
		t.Fatalf("Lock of the slower = %v", err)
	}
	w.must(carla.verify(t.Context()))
}

func TestLockNamesWhatIsMissing(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*world)
		says  string
	}{
		"no Gateway API":        {func(w *world) { w.server.Forget("gateways") }, "no Gateway API"},
		"the Gateway is broken": {func(w *world) { w.gateway("False") }, "no address"},
		"no Gateway":            {func(w *world) { w.options.Config.Gateway = "other/one" }, "no Gateway other/one"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(w)
			_, err := w.target().Lock(t.Context(), "ada")
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Lock = %v, want %q", err, tt.says)
			}
			if w.get("Lease", "shop") != nil {
				t.Error("a lease was made")
			}
		})
	}
}

var _ kube.Cluster = tunnelled{}
