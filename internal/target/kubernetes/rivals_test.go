package kubernetes

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/kit/problem"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// neighbor makes the route of another app of ours.
func (w *world) neighbor(app string, hosts ...string) {
	other := w.options
	other.App, other.Namespace, other.Config.Namespace, other.Config.Hosts = app, app, app, hosts
	client := w.server.Client(w, app)
	t := assemble(other, client, client, nil)
	w.Cleanup(t.Close)
	w.put(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "` + app + `"}}`)
	w.server.Put(manifest.Route(t.app.RouteApp(), color.None))
	w.server.Put(manifest.Preview(t.app.RouteApp(), color.None))
}

func TestFirstDeployTakesNobodysRequests(t *testing.T) {
	for name, tt := range map[string]struct {
		mine, theirs []string
		gateway      string
		refused      bool
	}{
		"every host":      {nil, nil, "", true},
		"one host":        {[]string{"a.test", "b.test"}, []string{"c.test", "b.test"}, "", true},
		"other hosts":     {[]string{"a.test"}, []string{"b.test"}, "", false},
		"one is narrower": {[]string{"a.test"}, nil, "", false},
		"another gateway": {nil, nil, "edge/other", false},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.options.Config.Gateway = tt.gateway
			w.neighbor("blog", tt.theirs...)
			w.options.Config.Gateway, w.options.Config.Hosts = "", tt.mine
			_, err := w.target().Lock(t.Context(), "ada")
			if refused := err != nil && strings.Contains(err.Error(), "HTTPRoute blog/blog"); refused != tt.refused || !refused && err != nil {
				t.Errorf("Lock = %v", err)
			}
			if tt.refused && w.get("Lease", "shop") != nil {
				t.Error("something was begun")
			}
		})
	}
}

// Two apps that have taken each other's requests already can be deployed, above
// all with other hosts, and are told what they do.
func TestRivalsAreNamed(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	w.must(s.ensureRoutes(t.Context()))
	w.must(s.Unlock(t.Context()))
	says := func() bool {
		return slices.ContainsFunc(w.target().warnings(t.Context(), s.LocateCluster()), func(text string) bool {
			return strings.Contains(text, "HTTPRoute blog/blog answers to every host too")
		})
	}
	if says() {
		t.Error("warned of nobody")
	}
	w.neighbor("blog")
	if !says() {
		t.Error("not warned")
	}
	w.must(w.lock(w.target(), "ada").Unlock(t.Context()))
	w.options.Config.Hosts = []string{"shop.test"}
	w.lock(w.target(), "ada")
}

// A host more is one host more to collide at.
func TestNewHostTakesNobodysRequests(t *testing.T) {
	w := newWorld(t)
	w.options.Config.Hosts = []string{"shop.test"}
	s := w.lock(w.target(), "ada")
	w.must(s.ensureRoutes(t.Context()))
	w.must(s.Unlock(t.Context()))
	w.neighbor("blog", "blog.test")
	w.options.Config.Hosts = []string{"shop.test", "blog.test"}
	if _, err := w.target().Lock(t.Context(), "ada"); err == nil || !strings.Contains(err.Error(), "shop.test, blog.test") {
		t.Errorf("Lock = %v", err)
	}
	route := w.server.Get("HTTPRoute", "blog", "blog")
	setHosts(route, []string{"news.test", "blog.test"})
	objects.SetAnnotation(route, annotationHosts, "news.test")
	w.server.Put(route)
	_, err := w.target().Lock(t.Context(), "ada")
	if p, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(p.Hint, "deploy the other app once more") {
		t.Errorf("Lock = %v, where the other one has given the name up", err)
	}
}

// The other app may be faster than the look before the first change.
func TestNoRouteIsMadeBesideARival(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	w.neighbor("blog")
	if err := s.ensureRoutes(t.Context()); err == nil || w.get("HTTPRoute", "shop") != nil {
		t.Errorf("a route was made beside a rival, %v", err)
	}
}
