package kubernetes

import (
	"fmt"
	"slices"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

func TestSwitchKeepsOldHostsForOneDeploy(t *testing.T) {
	type hosts = []string
	tests := map[string]struct{ first, then, during, after hosts }{
		"renamed":        {hosts{"a.example"}, hosts{"b.example"}, hosts{"b.example", "a.example"}, hosts{"b.example"}},
		"one more":       {hosts{"a.example"}, hosts{"b.example", "a.example"}, hosts{"b.example", "a.example"}, hosts{"b.example", "a.example"}},
		"one fewer":      {hosts{"a.example", "b.example"}, hosts{"b.example"}, hosts{"b.example", "a.example"}, hosts{"b.example"}},
		"to every host":  {hosts{"a.example"}, nil, nil, nil},
		"from every one": {nil, hosts{"a.example"}, nil, hosts{"a.example"}},
		"the same":       {hosts{"a.example"}, hosts{"a.example"}, hosts{"a.example"}, hosts{"a.example"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.options.Config.Hosts = tt.first
			s := w.deployed()
			expect := func(when string, want hosts) {
				t.Helper()
				if names := hostnames(w.get("HTTPRoute", "shop")); !slices.Equal(names, want) {
					t.Errorf("%s: host names %v, want %v", when, names, want)
				}
			}
			expect("at first", tt.first)
			s.app.Config.Hosts = tt.then
			w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
			expect("after the switch", tt.during)
			w.must(s.Switch(t.Context(), color.Blue, revision(w.get("HTTPRoute", "shop"))))
			expect("on the way back", tt.first)
			w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
			expect("there again", tt.during)
			w.must(s.Unlock(t.Context()))

			w.options.Config.Hosts = tt.then
			next := w.lock(w.target(), "ada")
			next.begins()
			w.must(next.Switch(t.Context(), color.Blue, revision(w.get("HTTPRoute", "shop"))))
			expect("after the next deploy", tt.after)
		})
	}
}

// Who takes back another process's deploy does not know which hosts had users
// before it.
func TestTakenBackByAnotherAllHostsAreKept(t *testing.T) {
	w := newWorld(t)
	w.options.Config.Hosts = []string{"a.example"}
	s := w.deployed()
	s.app.Config.Hosts = []string{"b.example"}
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	w.must(s.Unlock(t.Context()))
	w.options.Config.Hosts = []string{"b.example"}
	w.must(w.lock(w.target(), "bob").Switch(t.Context(), color.Blue, revision(w.get("HTTPRoute", "shop"))))
	if names := hostnames(w.get("HTTPRoute", "shop")); !slices.Equal(names, []string{"b.example", "a.example"}) {
		t.Errorf("host names %v", names)
	}
}

func TestConfiguredHosts(t *testing.T) {
	for _, tt := range []struct {
		live []string
		note string
		want []string
	}{
		{[]string{"b.example", "a.example"}, "b.example", []string{"b.example"}},
		{[]string{"c.example"}, "b.example", []string{"c.example"}}, // by a program that knows no note
		{nil, "b.example", []string{"b.example"}},
		{[]string{"a.example"}, "", nil},
	} {
		route := &kube.Object{Object: map[string]any{"spec": map[string]any{}}}
		setHosts(route, tt.live)
		objects.SetAnnotation(route, annotationHosts, tt.note)
		if got := configuredHosts(route); !slices.Equal(got, tt.want) {
			t.Errorf("%v, noted %q: %v, want %v", tt.live, tt.note, got, tt.want)
		}
	}
}

func TestARouteHasAtMost16Hosts(t *testing.T) {
	names := func(prefix string) (list []string) {
		for i := range 10 {
			list = append(list, fmt.Sprintf("%s%d.example", prefix, i))
		}
		return list
	}
	w := newWorld(t)
	w.options.Config.Hosts = names("old")
	s := w.deployed()
	s.app.Config.Hosts = names("new")
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	got := hostnames(w.get("HTTPRoute", "shop"))
	if len(got) != 16 || !slices.Equal(got[:10], names("new")) {
		t.Errorf("host names %v", got)
	}
}

// Old names are no drift, unless something else is configured since.
func TestOldHostsAreNoDrift(t *testing.T) {
	w := newWorld(t)
	w.options.Config.Hosts = []string{"a.example"}
	s := w.deployed()
	s.app.Config.Hosts = []string{"b.example"}
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	for host, differs := range map[string]bool{"b.example": false, "c.example": true} {
		s.app.Config.Hosts = []string{host}
		found, err := s.Target.compare(t.Context(), manifest.Route(s.app.RouteApp(), color.Green))
		if w.must(err); differs != (len(found) > 0) {
			t.Errorf("configured for %s: differs in %v", host, found)
		}
	}
}
