package kube

import (
	"net/http"
	"strings"
	"testing"
)

func TestApply(t *testing.T) {
	rec := &recorder{code: http.StatusOK, body: configMap("a", "7")}
	c := client(t, rec.ServeHTTP)
	o := object("a", "")
	o.SetResourceVersion("")
	o.SetManagedFields(nil)
	got, err := c.ApplyObject(t.Context(), o)
	if err != nil || got.GetResourceVersion() != "7" {
		t.Fatalf("applied %v, %v", got, err)
	}
	want := seen{"PATCH", "/api/v1/namespaces/shops/configmaps/a", "fieldManager=version-manager&force=true", "application/apply-patch+yaml", ""}
	s := rec.last()
	if !strings.Contains(s.body, `"name":"a"`) || strings.Contains(s.body, "managedFields") {
		t.Errorf("sent %s", s.body)
	}
	if s.body = ""; s != want {
		t.Errorf("sent %+v, want %+v", s, want)
	}
	if _, err := c.DryApply(t.Context(), o); err != nil || !strings.Contains(rec.last().query, "dryRun=All") {
		t.Errorf("a dry run asked %q, %v", rec.last().query, err)
	}
}

// What was read can be applied: the server refuses managedFields.
func TestApplyWhatWasRead(t *testing.T) {
	rec := &recorder{code: http.StatusOK, body: configMap("a", "7")}
	c := client(t, rec.ServeHTTP)
	o := object("a", "6")
	o.Object["metadata"].(map[string]any)["managedFields"] = []any{map[string]any{"manager": "somebody"}}
	if _, err := c.ApplyObject(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if b := rec.last().body; strings.Contains(b, "managedFields") || !strings.Contains(b, `"resourceVersion":"6"`) {
		t.Errorf("sent %s", b)
	}
	if o.GetManagedFields() == nil {
		t.Error("the caller's object was changed")
	}
}

// An object is written in the version of the API that it names.
func TestWriteUsesTheObjectsVersion(t *testing.T) {
	rec := &recorder{code: http.StatusOK, body: configMap("a", "7")}
	c := client(t, rec.ServeHTTP)
	o := &Object{Object: map[string]any{"apiVersion": "gateway.networking.k8s.io/v1beta1", "kind": "Gateway",
		"metadata": map[string]any{"name": "g", "namespace": "traefik"}}}
	if _, err := c.CreateObject(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if want := "/apis/gateway.networking.k8s.io/v1beta1/namespaces/traefik/gateways"; rec.last().path != want {
		t.Errorf("created at %s, want %s", rec.last().path, want)
	}
}

func TestUpdateAndPatch(t *testing.T) {
	rec := &recorder{code: http.StatusOK, body: configMap("a", "7")}
	c := client(t, rec.ServeHTTP)
	if _, err := c.UpdateObject(t.Context(), object("a", "6")); err != nil || rec.last().method != "PUT" {
		t.Errorf("update sent %+v, %v", rec.last(), err)
	}
	before := len(rec.seen)
	if _, err := c.UpdateObject(t.Context(), object("a", "")); err == nil || len(rec.seen) != before {
		t.Errorf("an update without a resourceVersion was sent: %v", err)
	}
	patch := map[string]any{"data": map[string]any{"k": nil}}
	if _, err := c.PatchObject(t.Context(), ref("a"), patch); err != nil {
		t.Fatal(err)
	}
	if s := rec.last(); s.contentType != "application/merge-patch+json" || s.body != `{"data":{"k":null}}` {
		t.Errorf("patch sent %+v", s)
	}
}

func TestDelete(t *testing.T) {
	rec := &recorder{code: http.StatusOK, body: map[string]any{"kind": "Status", "status": "Success"}}
	c := client(t, rec.ServeHTTP)
	if err := c.DeleteObject(t.Context(), Ref{Kind: "Namespace", Name: "n"}); err != nil {
		t.Fatal(err)
	}
	if s := rec.last(); s.path != "/api/v1/namespaces/n" || !strings.Contains(s.body, `"propagationPolicy":"Background"`) {
		t.Errorf("sent %+v", s)
	}
	if err := c.DeleteUnchanged(t.Context(), object("a", "6")); err != nil {
		t.Fatal(err)
	}
	if b := rec.last().body; !strings.Contains(b, `"preconditions":{"uid":"u-a","resourceVersion":"6"}`) {
		t.Errorf("sent %s", b)
	}
	if err := c.DeleteUnchanged(t.Context(), object("a", "")); err == nil {
		t.Error("deleted by a precondition that is not one")
	}
}

func TestDeleteOfNothing(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		refuse(w, http.StatusNotFound, "NotFound", `configmaps "a" not found`)
	})
	if err := c.DeleteObject(t.Context(), ref("a")); err != nil {
		t.Error(err)
	}
}

func TestWritesNeedAKindAndAName(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, r *http.Request) { t.Errorf("asked for %s", r.URL) })
	unknown := &Object{Object: map[string]any{"apiVersion": "v1", "kind": "Unicorn", "metadata": map[string]any{"name": "a"}}}
	if _, err := c.ApplyObject(t.Context(), unknown); err == nil {
		t.Error("applied an unknown kind")
	}
	if _, err := c.CreateObject(t.Context(), object("", "")); err == nil {
		t.Error("created an object without a name")
	}
	if _, err := c.GetObject(t.Context(), Ref{Kind: "Pod"}); err == nil {
		t.Error("read an object without a name")
	}
	if _, err := c.ListObjects(t.Context(), Ref{Kind: "Unicorn"}, ""); err == nil {
		t.Error("listed an unknown kind")
	}
}
