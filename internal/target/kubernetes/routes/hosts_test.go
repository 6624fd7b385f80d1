package routes

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
	t.Parallel()
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
			w.Config.Hosts = tt.first
			s := w.deployed()
			expect := func(when string, want hosts) {
				t.Helper()
				if names := manifest.RouteHosts(w.GetObject("HTTPRoute", "shop")); !slices.Equal(names, want) {
					t.Errorf("%s: host names %v, want %v", when, names, want)
				}
			}
			expect("at first", tt.first)
			s.app.Config.Hosts = tt.then
			w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
			expect("after the switch", tt.during)
			w.Must(s.SwitchTraffic(t.Context(), color.Blue, w.revision()))
			expect("on a rollback", tt.first)
			w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
			expect("there again", tt.during)
			s.unlock(w)

			w.Config.Hosts = tt.then
			next := w.lock("ada")
			next.own = true
			w.Must(next.SwitchTraffic(t.Context(), color.Blue, w.revision()))
			expect("after the next deploy", tt.after)
		})
	}
}

// Who rolls back another process's deploy does not know which hosts had users
// before it.
func TestTakenBackByAnotherAllHostsAreKept(t *testing.T) {
	w := newWorld(t)
	w.Config.Hosts = []string{"a.example"}
	s := w.deployed()
	s.app.Config.Hosts = []string{"b.example"}
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	s.unlock(w)
	w.Config.Hosts = []string{"b.example"}
	w.Must(w.lock("bob").SwitchTraffic(t.Context(), color.Blue, w.revision()))
	if names := manifest.RouteHosts(w.GetObject("HTTPRoute", "shop")); !slices.Equal(names, []string{"b.example", "a.example"}) {
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
		manifest.SetRouteHosts(route, tt.live)
		objects.SetAnnotation(route, hostsAnnotation, tt.note)
		if got := configuredHosts(route); !slices.Equal(got, tt.want) {
			t.Errorf("%v, noted %q: %v, want %v", tt.live, tt.note, got, tt.want)
		}
	}
}

func TestRouteHasAtMost16Hosts(t *testing.T) {
	names := func(prefix string) (list []string) {
		for i := range 10 {
			list = append(list, fmt.Sprintf("%s%d.example", prefix, i))
		}
		return list
	}
	w := newWorld(t)
	w.Config.Hosts = names("old")
	s := w.deployed()
	s.app.Config.Hosts = names("new")
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	got := manifest.RouteHosts(w.GetObject("HTTPRoute", "shop"))
	if len(got) != 16 || !slices.Equal(got[:10], names("new")) {
		t.Errorf("host names %v", got)
	}
}

// Old names are no drift, unless something else is configured since.
func TestAdoptHosts(t *testing.T) {
	type hosts = []string
	for name, tt := range map[string]struct {
		live       hosts
		annotation string // "-": none
		want       hosts
		adopted    hosts
	}{
		"an old name":           {hosts{"b.example", "a.example"}, "b.example", hosts{"b.example"}, hosts{"b.example", "a.example"}},
		"configured otherwise":  {hosts{"b.example", "a.example"}, "b.example", hosts{"c.example"}, hosts{"c.example"}},
		"no annotation":         {hosts{"b.example", "a.example"}, "-", hosts{"b.example"}, hosts{"b.example"}},
		"every host before":     {nil, "b.example", hosts{"b.example"}, nil},
		"every host now":        {hosts{"a.example"}, "", nil, hosts{"a.example"}},
		"an annotation too old": {hosts{"c.example"}, "b.example", hosts{"b.example"}, hosts{"b.example"}},
	} {
		route := func(hosts []string) *kube.Object {
			o := &kube.Object{Object: map[string]any{"spec": map[string]any{}}}
			manifest.SetRouteHosts(o, hosts)
			return o
		}
		live, want := route(tt.live), route(tt.want)
		if tt.annotation != "-" {
			objects.SetAnnotation(live, hostsAnnotation, tt.annotation)
		}
		AdoptHosts(want, live)
		if got := manifest.RouteHosts(want); !slices.Equal(got, tt.adopted) {
			t.Errorf("%s: %v, want %v", name, got, tt.adopted)
		}
	}
}
