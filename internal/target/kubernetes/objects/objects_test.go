package objects

import (
	"errors"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
)

func newApp(t *testing.T) (*App, *kubetest.Server) {
	server := kubetest.NewServer(t)
	return NewApp(server.NewClient(t, "shop"), "shop", config.Kubernetes{Namespace: "shop"}), server
}

func TestCheckOwner(t *testing.T) {
	app, _ := newApp(t)
	o := &kube.Object{Object: map[string]any{"kind": "Deployment"}}
	app.SetIdentity(o, "shop-blue")
	if err := app.CheckOwner(o); err != nil || app.RestoreLabels(o) {
		t.Errorf("an object of ours: %v", err)
	}
	for label, says := range map[string]string{"Helm": "managed by Helm", "": "managed by an unknown manager"} {
		o.SetLabels(map[string]string{manifest.ManagedLabel: label})
		p, ok := errors.AsType[*problem.Problem](app.CheckOwner(o))
		if !ok || len(p.Lines) != 1 || !strings.Contains(p.Lines[0], says) || !strings.Contains(p.Hint, "label --overwrite deployment/shop-blue ") || strings.Contains(p.Hint, "(") {
			t.Errorf("managed by %q: %+v", label, p)
		}
	}
}

func TestRestoreLabels(t *testing.T) {
	app, _ := newApp(t)
	o := &kube.Object{Object: map[string]any{}}
	for _, labels := range []map[string]string{nil, {"team": "a"}, {manifest.NameLabel: "shop"}} {
		o.SetLabels(labels)
		if !app.RestoreLabels(o) || o.GetLabels()[manifest.NameLabel] != "shop" || o.GetLabels()[manifest.ManagedLabel] != kube.FieldManager || labels["team"] != o.GetLabels()["team"] {
			t.Errorf("%v became %v", labels, o.GetLabels())
		}
		if app.RestoreLabels(o) {
			t.Error("restored twice")
		}
	}
}

func TestReplicas(t *testing.T) {
	o := &kube.Object{Object: map[string]any{"spec": map[string]any{}}}
	if n := SpecReplicas(o); n != 1 {
		t.Errorf("without a number: %d", n)
	}
	for _, tt := range []struct {
		n       int
		changed bool
	}{{1, true}, {1, false}, {0, true}, {3, true}} {
		if changed, err := SetReplicas(o, tt.n); err != nil || changed != tt.changed || SpecReplicas(o) != tt.n {
			t.Errorf("set to %d: changed %t, %d, %v", tt.n, changed, SpecReplicas(o), err)
		}
	}
	if _, err := SetReplicas(&kube.Object{Object: map[string]any{}}, 1); err == nil {
		t.Error("an object without a spec")
	}
}

func TestNumberAnnotation(t *testing.T) {
	o := &kube.Object{Object: map[string]any{}}
	for text, want := range map[string]int{"7": 7, "-1": -1, "x": 0, "": 0} {
		SetAnnotation(o, "n", text)
		if got := NumberAnnotation(o, "n"); got != want || NumberAnnotation(o, "other") != 0 {
			t.Errorf("%q is %d", text, got)
		}
	}
}

func TestListEvents(t *testing.T) {
	app, server := newApp(t)
	put := func(name, object, last string) {
		server.PutObject(&kube.Object{Object: map[string]any{"apiVersion": "v1", "kind": "Event", "lastTimestamp": last,
			"metadata": map[string]any{"name": name, "namespace": "shop"}, "involvedObject": map[string]any{"kind": "Pod", "name": object}}})
	}
	put("a", "shop-blue-1", "2026-01-01T00:00:05Z")
	put("b", "shop", "2026-01-01T00:00:03Z")
	put("c", "shopping", "2026-01-01T00:00:04Z")
	events, err := app.ListEvents(t.Context())
	if err != nil || len(events) != 2 || events[0].Name != "b" || events[1].Name != "a" {
		t.Errorf("events %v, %v", events, err)
	}
}

func TestEventTime(t *testing.T) {
	at := func(n int64) metav1.Time { return metav1.NewTime(time.Unix(n, 0)) }
	e := &corev1.Event{}
	e.CreationTimestamp = at(1)
	for want, set := range []func(){func() {}, func() { e.EventTime = metav1.NewMicroTime(time.Unix(2, 0)) }, func() { e.LastTimestamp = at(3) },
		func() { e.Series = &corev1.EventSeries{LastObservedTime: metav1.NewMicroTime(time.Unix(4, 0))} }} {
		set()
		if got := EventTime(e).Unix(); got != int64(want+1) {
			t.Errorf("happened at %d, want %d", got, want+1)
		}
	}
}

func TestRouteTraffic(t *testing.T) {
	app, server := newApp(t)
	if c, err := app.ReadTraffic(t.Context()); err != nil || c != color.None {
		t.Errorf("without a route: %q, %v", c, err)
	}
	for name, tt := range map[string]struct {
		c       color.Color
		change  func(*kube.Object)
		want    color.Color
		foreign bool
	}{
		"a color": {color.Blue, func(*kube.Object) {}, color.Blue, false},
		"nobody":  {color.None, func(*kube.Object) {}, color.None, false},
		"two rules": {color.Blue, func(o *kube.Object) {
			o.Object["spec"].(map[string]any)["rules"] = []any{map[string]any{}, map[string]any{}}
		}, color.None, true},
		"no Gateway":    {color.Blue, func(o *kube.Object) { delete(o.Object["spec"].(map[string]any), "parentRefs") }, color.None, true},
		"nobody at all": {color.None, func(o *kube.Object) { delete(o.Object["spec"].(map[string]any), "parentRefs") }, color.None, false},
	} {
		o := manifest.NewRoute(app.RouteApp(), tt.c)
		tt.change(o)
		if c, foreign := app.RouteTraffic(o); c != tt.want || (foreign != "") != tt.foreign {
			t.Errorf("%s: %q, foreign %q", name, c, foreign)
		}
		server.PutObject(o)
		if c, err := app.ReadTraffic(t.Context()); err != nil || c != tt.want {
			t.Errorf("%s: read %q, %v", name, c, err)
		}
	}
}
