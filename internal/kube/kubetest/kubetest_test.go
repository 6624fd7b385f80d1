package kubetest_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
)

func configMap(name string, data map[string]any) *kube.Object {
	return &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "data": data,
		"metadata": map[string]any{"name": name, "namespace": "default", "labels": map[string]any{"a": "b"}},
	}}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestPreconditions(t *testing.T) {
	ctx := t.Context()
	c := kubetest.NewServer(t).NewClient(t, "default")
	first, err := c.CreateObject(ctx, configMap("x", map[string]any{"k": "1"}))
	must(t, err)
	if _, err := c.CreateObject(ctx, configMap("x", nil)); !kube.IsAlreadyExists(err) {
		t.Errorf("a second Create = %v", err)
	}
	second, err := c.ApplyObject(ctx, configMap("x", map[string]any{"k": "2"}))
	must(t, err)
	if _, err := c.UpdateObject(ctx, first); !kube.IsConflict(err) {
		t.Errorf("Update of an old object = %v", err)
	}
	stale := configMap("x", map[string]any{"k": "3"})
	stale.SetResourceVersion(first.GetResourceVersion())
	if _, err := c.ApplyObject(ctx, stale); !kube.IsConflict(err) {
		t.Errorf("Apply on an old object = %v", err)
	}
	if err := c.DeleteUnchanged(ctx, first); !kube.IsConflict(err) {
		t.Errorf("DeleteIf of an old object = %v", err)
	}
	must(t, c.DeleteUnchanged(ctx, second))
	if _, err := c.GetObject(ctx, kube.Ref{Kind: "ConfigMap", Name: "x"}); !kube.IsNotFound(err) {
		t.Errorf("Get of a deleted object = %v", err)
	}
	lost := configMap("x", nil)
	lost.SetNamespace("nowhere")
	if _, err := c.CreateObject(ctx, lost); !kube.IsNotFound(err) {
		t.Errorf("Create in a missing namespace = %v", err)
	}
}

func TestTimesAreTheServers(t *testing.T) {
	ctx := t.Context()
	s := kubetest.NewServer(t)
	c := s.NewClient(t, "default")
	o, err := c.CreateObject(ctx, configMap("x", map[string]any{"k": "1"}))
	must(t, err)
	s.AdvanceClock(time.Hour)
	dry, err := c.DryApply(ctx, configMap("x", map[string]any{"k": "2"}))
	must(t, err)
	was, now := o.GetManagedFields()[0].Time, dry.GetManagedFields()[1].Time
	if d := now.Sub(was.Time); d < time.Hour || d > time.Hour+time.Minute {
		t.Errorf("an hour later is %v later", d)
	}
	if got := s.GetObject("ConfigMap", "default", "x"); got.GetResourceVersion() != o.GetResourceVersion() {
		t.Error("a dry run changed the object")
	}
}

func TestWatchAndHook(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	s := kubetest.NewServer(t)
	c := s.NewClient(t, "default")
	s.BeforeRequest(func(r kubetest.Request) {
		if r.Method == "POST" && r.Name == "" && r.Resource == "configmaps" {
			s.BeforeRequest(nil)
			s.PutObject(configMap("first", nil))
		}
	})
	_, err := c.CreateObject(ctx, configMap("second", nil))
	must(t, err)
	done := errors.New("all were seen")
	var seen []string
	err = c.WatchObjects(ctx, kube.Ref{Kind: "ConfigMap"}, "a=b", func(e kube.Event) error {
		if e.Object == nil {
			return c.DeleteObject(ctx, kube.Ref{Kind: "ConfigMap", Name: "first"})
		}
		seen = append(seen, e.Object.GetName())
		if e.Deleted {
			return done
		}
		return nil
	})
	if !errors.Is(err, done) || len(seen) != 3 || seen[0] != "first" || seen[2] != "first" {
		t.Errorf("saw %v, %v", seen, err)
	}
}

func TestUnknownKind(t *testing.T) {
	s := kubetest.NewServer(t)
	s.ForgetResource("httproutes")
	_, err := s.NewClient(t, "default").ListObjects(t.Context(), kube.Ref{Kind: "HTTPRoute"}, "")
	if !kube.IsNoKind(err) {
		t.Errorf("List of an unknown kind = %v", err)
	}
}
