package agent

import (
	"maps"
	"os"
	"slices"
	"testing"

	"version-manager/internal/agent/statefile"
	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/release"
)

func runs(local config.Local, replicas int, key string) *wanted {
	return &wanted{Release: release.Release{Config: config.App{Local: local}}, Replicas: replicas, Key: key}
}

func TestDamagedStateGoesBackByOneChangeAndFencesOff(t *testing.T) {
	p := paths{t.TempDir()}
	st := state{App: "shop", Active: color.Blue, Revision: 4, Lease: lease{Token: 7, Held: true}}
	for _, active := range []color.Color{color.Blue, color.Green} {
		st.Active = active
		if err := statefile.Save(p.state(), st); err != nil {
			t.Fatal(err)
		}
		st.Revision++
	}
	if err := os.Truncate(p.state(), 150); err != nil {
		t.Fatal(err)
	}
	got, aside, err := loadState(p, "shop")
	if err != nil || aside == "" || got.Active != color.Blue {
		t.Fatalf("loadState = %+v, %q, %v", got, aside, err)
	}
	if got.Lease.Held || got.Lease.Token <= 7 || got.Revision <= 5 {
		t.Errorf("token %d, held %v, revision %d: somebody may act on what was lost", got.Lease.Token, got.Lease.Held, got.Revision)
	}
}

func TestUnknownAppHasEmptyState(t *testing.T) {
	got, aside, err := loadState(paths{t.TempDir()}, "shop")
	if err != nil || aside != "" || got.App != "shop" || got.Colors == nil {
		t.Errorf("loadState = %+v, %q, %v", got, aside, err)
	}
}

func TestSortOut(t *testing.T) {
	s := state{Colors: map[color.Color]*wanted{color.Blue: runs(config.Local{}, 2, "new")}}
	found := map[string]record{"blue-1": {Key: "new"}, "blue-2": {Key: "old"}, "blue-3": {Key: "new"}, "green-1": {Key: "new"}}
	inTheWay := slices.Sorted(maps.Keys(s.sortOut(found)))
	if rest := slices.Sorted(maps.Keys(found)); !slices.Equal(inTheWay, []string{"blue-2"}) || !slices.Equal(rest, []string{"blue-3", "green-1"}) {
		t.Errorf("in the way: %v, strays: %v", inTheWay, rest)
	}
}

func TestEntrances(t *testing.T) {
	s := state{
		Preview: "preview.localhost",
		Entrances: []entrance{
			{Address: "127.0.0.1:30001"}, {Address: "0.0.0.0:8080", Ingress: true}, {Address: "[::]:8443", Ingress: true, Cert: "c"},
		},
		Colors: map[color.Color]*wanted{
			color.Blue:  runs(config.Local{App: 30001, Ingress: []int{80}}, 1, ""),
			color.Green: runs(config.Local{Address: "0.0.0.0", Ingress: []int{80, 8080}}, 1, ""),
		},
	}
	got := s.urls()
	want := []string{"http://127.0.0.1:30001", "http://127.0.0.1:8080", "https://127.0.0.1:8443"}
	if !slices.Equal(got.Public, want) || got.Preview != "https://preview.localhost:8443" {
		t.Errorf("urls = %+v", got)
	}
	if list := s.unlisted(); len(list) != 1 || list[0].Address != "[::]:8443" {
		t.Errorf("unlisted = %+v", list)
	}
}
