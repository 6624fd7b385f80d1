package kubernetes

import (
	"errors"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

// theirs is an object that somebody else made under a name that we would use.
func (w world) theirs(apiVersion, kind, name string) {
	w.PutJSON(`{"apiVersion": "` + apiVersion + `", "kind": "` + kind + `", "metadata": {"namespace": "shop", "name": "` + name + `",
		"labels": {"app.kubernetes.io/name": "shop", "team": "other"}}, "spec": {"replicas": 1}}`)
}

func TestLockFindsWhatIsSomebodyElses(t *testing.T) {
	for kind, o := range map[string]struct{ apiVersion, name string }{
		"Deployment":     {"apps/v1", "shop-blue"},
		"Service":        {"v1", "shop-green"},
		"Secret":         {"v1", "shop-blue-secrets"},
		"ServiceAccount": {"v1", "shop"},
		"ConfigMap":      {"v1", "shop"},
	} {
		w, target := newPlace(t)
		w.theirs(o.apiVersion, kind, o.name)
		_, err := target.AcquireLock(t.Context(), "ada")
		if err == nil || !strings.Contains(err.Error(), kind+" "+o.name) {
			t.Errorf("Lock = %v, want an error that names %s %s", err, kind, o.name)
		}
	}
}

// TestWritesSpareWhatIsSomebodyElses: it may have been made after the look.
func TestWritesSpareWhatIsSomebodyElses(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	w.theirs("apps/v1", "Deployment", "shop-blue")
	w.theirs("v1", "Secret", "shop-blue-secrets")
	w.theirs("v1", "ServiceAccount", "shop")
	before := []string{}
	for kind, name := range map[string]string{"Deployment": "shop-blue", "Secret": "shop-blue-secrets", "ServiceAccount": "shop"} {
		before = append(before, kind, name, w.GetObject(kind, name).GetResourceVersion())
	}
	for name, err := range map[string]error{
		"apply":  s.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}),
		"retire": s.RetireColor(t.Context(), color.Blue),
		"remove": s.RemoveApp(t.Context()),
	} {
		if err == nil {
			t.Errorf("%s did not complain", name)
		}
	}
	for i := 0; i < len(before); i += 3 {
		if o := w.GetObject(before[i], before[i+1]); o == nil || o.GetResourceVersion() != before[i+2] {
			t.Errorf("%s %s was changed or deleted", before[i], before[i+1])
		}
	}
}

// TestFailedFirstDeployLeavesNoRoute: one that has no backend would answer
// what another app of the cluster is asked.
func TestFailedFirstDeployLeavesNoRoute(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	w.Must(s.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: shop("v1.0.0"), Replicas: 1}))
	if w.GetObject("HTTPRoute", "shop") == nil {
		t.Fatal("there is no route")
	}
	w.Must(s.RetireColor(t.Context(), color.Blue))
	for _, name := range []string{"shop", "shop-preview"} {
		if w.GetObject("HTTPRoute", name) != nil {
			t.Errorf("route %s is still there", name)
		}
	}
}

// All of them are named, always in the same order.
func TestForeignNamesAll(t *testing.T) {
	w, target := newPlace(t)
	w.theirs("v1", "Service", "shop-green")
	w.theirs("v1", "ConfigMap", "shop-images")
	w.theirs("apps/v1", "Deployment", "shop-blue")
	_, err := target.AcquireLock(t.Context(), "ada")
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || !strings.Contains(p.Hint, " --context test --namespace shop label --overwrite configmap/shop-images deployment/shop-blue service/shop-green ") || len(p.Lines) != 3 {
		t.Errorf("Lock = %+v", err)
	}
}
