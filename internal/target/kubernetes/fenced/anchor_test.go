package fenced

import (
	"testing"

	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
)

func TestAnchorNumber(t *testing.T) {
	for text, want := range map[string]struct {
		n  int
		ok bool
	}{"": {0, true}, "0": {0, true}, "17": {17, true}, "-1": {0, false}, "x": {0, false}, "1.5": {0, false}} {
		o := &kube.Object{Object: map[string]any{"data": map[string]any{"key": text}}}
		if n, err := AnchorNumber(o, "key"); n != want.n || (err == nil) != want.ok {
			t.Errorf("%q is %d, %v", text, n, err)
		}
	}
	if n, err := AnchorNumber(&kube.Object{}, "key"); n != 0 || err != nil {
		t.Errorf("without an anchor: %d, %v", n, err)
	}
}

func TestAnchorNotesTheTerm(t *testing.T) {
	w := newWorld(t)
	for _, want := range []string{"1", "2"} {
		out := w.lock("ada")
		anchor, err := ReadAnchor(t.Context(), out.App())
		w.Must(err)
		if got := AnchorValue(anchor, termKey); got != want {
			t.Errorf("term %q, want %q", got, want)
		}
		w.Must(out.ReleaseLease(t.Context()))
	}
}

func TestSetAnchorValuesWritesOnlyChanges(t *testing.T) {
	w := newWorld(t)
	out := w.lock("ada")
	w.Must(out.SetAnchorValues(t.Context(), map[string]string{"a": "1", "b": "2"}))
	for name, tt := range map[string]struct {
		values map[string]string
		writes int
	}{
		"the same values": {map[string]string{"a": "1", "b": "2"}, 0},
		"one changes":     {map[string]string{"a": "1", "b": "3"}, 1},
	} {
		writes := 0
		w.Server.BeforeRequest(func(r kubetest.Request) {
			if r.Resource == "configmaps" && r.Method != "GET" {
				writes++
			}
		})
		w.Must(out.SetAnchorValues(t.Context(), tt.values))
		if writes != tt.writes {
			t.Errorf("%s: %d writes", name, writes)
		}
		w.Server.BeforeRequest(nil)
		w.Must(out.SetAnchorValues(t.Context(), map[string]string{"a": "1", "b": "2"}))
	}
}

// The anchor is created once, and one that exists is used.
func TestEnsureAnchor(t *testing.T) {
	w := newWorld(t)
	out := w.lock("ada")
	uid := string(w.GetObject("ConfigMap", "shop").GetUID())
	o := &kube.Object{Object: map[string]any{"metadata": map[string]any{}}}
	w.Must(out.SetAnchorOwner(t.Context(), o))
	w.Must(out.ReleaseLease(t.Context()))
	again := &kube.Object{Object: map[string]any{"metadata": map[string]any{}}}
	w.Must(w.lock("bob").SetAnchorOwner(t.Context(), again))
	for _, o := range []*kube.Object{o, again} {
		if owner := o.GetOwnerReferences()[0]; string(owner.UID) != uid || owner.Name != "shop" || owner.Kind != "ConfigMap" {
			t.Errorf("owned by %+v, want %s", owner, uid)
		}
	}
}
