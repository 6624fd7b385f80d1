package routes

import (
	"slices"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// putNeighbor creates the routes of another app of ours.
func (w world) putNeighbor(app string, hosts ...string) {
	c := w.Config
	c.Namespace, c.Hosts = app, hosts
	other := objects.NewApp(nil, app, c).RouteApp()
	w.PutJSON(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "` + app + `"}}`)
	w.Server.PutObject(manifest.NewRoute(other, color.None))
	w.Server.PutObject(manifest.NewPreview(other, color.None))
}

func (w world) checkOverlap() error { return NewNeighbors(w.OpenApp()).CheckOverlap(w.Context()) }

func TestFirstDeployTakesNobodysRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		own, theirs []string
		gateway     string
		refused     bool
	}{
		"every host":      {nil, nil, "", true},
		"one host":        {[]string{"a.test", "b.test"}, []string{"c.test", "b.test"}, "", true},
		"other hosts":     {[]string{"a.test"}, []string{"b.test"}, "", false},
		"one is narrower": {[]string{"a.test"}, nil, "", false},
		"we are wider":    {nil, []string{"a.test"}, "", false},
		"another gateway": {nil, nil, "edge/other", false},
	} {
		w := newWorld(t)
		w.Config.Gateway = tt.gateway
		w.putNeighbor("blog", tt.theirs...)
		w.Config.Gateway, w.Config.Hosts = "", tt.own
		err := w.checkOverlap()
		if refused := err != nil && strings.Contains(err.Error(), "HTTPRoute blog/blog"); refused != tt.refused || !refused && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Two apps that take each other's requests already can be deployed, above all
// with other hosts, and are warned.
func TestOverlapWarnings(t *testing.T) {
	w := newWorld(t)
	w.Must(w.lock("ada").EnsureRoutes(t.Context()))
	warned := func() bool {
		return slices.ContainsFunc(NewNeighbors(w.OpenApp()).OverlapWarnings(t.Context()), func(text string) bool {
			return strings.Contains(text, "HTTPRoute blog/blog also answers to every host")
		})
	}
	if warned() {
		t.Error("warned of nobody")
	}
	w.putNeighbor("blog")
	if !warned() {
		t.Error("not warned")
	}
	w.Must(w.checkOverlap())
	w.Config.Hosts = []string{"shop.test"}
	w.Must(w.checkOverlap())
}

// One more host may be one that another app has.
func TestNewHostTakesNobodysRequests(t *testing.T) {
	w := newWorld(t)
	w.Config.Hosts = []string{"shop.test"}
	w.Must(w.lock("ada").EnsureRoutes(t.Context()))
	w.putNeighbor("blog", "blog.test")
	w.Config.Hosts = []string{"shop.test", "blog.test"}
	if err := w.checkOverlap(); err == nil || !strings.Contains(err.Error(), "shop.test, blog.test") || !strings.Contains(err.Error(), "[shop.example.org]") {
		t.Errorf("CheckOverlap = %v", err)
	}
	route := w.Server.GetObject("HTTPRoute", "blog", "blog")
	manifest.SetRouteHosts(route, []string{"news.test", "blog.test"})
	objects.SetAnnotation(route, hostsAnnotation, "news.test")
	w.Server.PutObject(route)
	if err := w.checkOverlap(); err == nil || !strings.Contains(err.Error(), "deploy the other app again") {
		t.Errorf("CheckOverlap = %v, where the other one has given the name up", err)
	}
}

// The other app may be faster than the check before the first change.
func TestNoRouteIsCreatedThatOverlaps(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	w.putNeighbor("blog")
	if err := s.EnsureRoutes(t.Context()); err == nil || w.GetObject("HTTPRoute", "shop") != nil {
		t.Errorf("a route was created that overlaps, %v", err)
	}
}

// A route of ours in the app's own namespace under another name is another
// app's; the preview's is not.
func TestNeighborsInTheSameNamespace(t *testing.T) {
	w := newWorld(t)
	w.Must(w.lock("ada").EnsureRoutes(t.Context()))
	n := NewNeighbors(w.OpenApp())
	all, err := n.listClaims(t.Context())
	if err != nil || len(all) != 0 {
		t.Errorf("neighbors %v, %v, want none", all, err)
	}
	o := manifest.NewRoute(objects.NewApp(nil, "blog", w.OpenApp().Config).RouteApp(), color.None)
	w.Server.PutObject(o)
	if all, err = n.listClaims(t.Context()); err != nil || len(all) != 1 {
		t.Errorf("neighbors %v, %v, want one", all, err)
	}
}

func TestParseClaimWithoutGateway(t *testing.T) {
	c := parseClaim(&kube.Object{Object: map[string]any{"spec": map[string]any{"hostnames": []any{"a.test"}}}})
	if c.gateway != "" || c.String() != "a.test" {
		t.Errorf("claim %+v", c)
	}
}
