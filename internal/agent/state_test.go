package agent

import (
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"version-manager/internal/agent/entrance"
	"version-manager/internal/agent/statefile"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

func TestDamagedStateGoesBackByOneChangeAndFencesOff(t *testing.T) {
	p := appPaths{t.TempDir()}
	st := appState{App: "shop", Active: color.Blue, Revision: 4, Lease: lease{Token: 7, Held: true}}
	for _, active := range []color.Color{color.Blue, color.Green} {
		st.Active = active
		if err := statefile.SaveDocument(p.stateFile(), st); err != nil {
			t.Fatal(err)
		}
		st.Revision++
	}
	if err := os.Truncate(p.stateFile(), 150); err != nil {
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
	got, aside, err := loadState(appPaths{t.TempDir()}, "shop")
	if err != nil || aside != "" || got.App != "shop" || got.Colors == nil {
		t.Errorf("loadState = %+v, %q, %v", got, aside, err)
	}
}

// TestSecretsLeaveNothingBehind: a crash in the middle of a write leaves a file
// of another name, which has to go with the next write and with the color.
func TestSecretsLeaveNothingBehind(t *testing.T) {
	p := appPaths{t.TempDir()}
	half := filepath.Join(p.dir, ".secrets-blue.json.4711")
	for name, do := range map[string]func() error{
		"rotated": func() error { return saveSecrets(p, color.Blue, map[string]string{"KEY": "new"}) },
		"removed": func() error { return removeSecrets(p, color.Blue) },
	} {
		if err := os.WriteFile(half, []byte(`{"KEY":"old`), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := do(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(half); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: half a file is left: %v", name, err)
		}
	}
}

func TestRemoveAdopted(t *testing.T) {
	s := appState{Colors: map[color.Color]*wantedColor{color.Blue: {Replicas: 2, Key: "new"}}}
	found := map[string]supervisor.Record{"blue-1": {Key: "new"}, "blue-2": {Key: "old"}, "blue-3": {Key: "new"}, "green-1": {Key: "new"}}
	inTheWay := slices.Sorted(maps.Keys(s.removeAdopted(found)))
	if rest := slices.Sorted(maps.Keys(found)); !slices.Equal(inTheWay, []string{"blue-2"}) || !slices.Equal(rest, []string{"blue-3", "green-1"}) {
		t.Errorf("in the way: %v, strays: %v", inTheWay, rest)
	}
}

func TestEntrances(t *testing.T) {
	s := appState{
		Preview: "preview.localhost",
		Entrances: []entrance.Entrance{
			{Address: "127.0.0.1:30001"}, {Address: "0.0.0.0:8080", Ingress: true}, {Address: "[::]:8443", Ingress: true, Cert: "c"},
		},
		Colors: map[color.Color]*wantedColor{
			color.Blue:  {Entrances: []entrance.Entrance{{Address: "127.0.0.1:30001"}}},
			color.Green: {Entrances: []entrance.Entrance{{Address: "0.0.0.0:8080"}}},
		},
	}
	got := s.listEntrances(func(address string) string {
		if address == "[::]:8443" {
			return "address already in use"
		}
		return ""
	}, func(string) *deploy.Certificate { return nil })
	want := []string{"http://127.0.0.1:30001", "http://127.0.0.1:8080"}
	if !slices.Equal(got.Public, want) || got.Preview != "https://preview.localhost:8443" {
		t.Errorf("urls = %+v", got)
	}
	if l := got.Listeners; len(l) != 3 || !l[1].Open || l[2].Open || l[2].Reason == "" || l[2].URL != "https://127.0.0.1:8443" {
		t.Errorf("listeners = %+v", l)
	}
	if list := s.unwantedEntrances(); len(list) != 1 || list[0].Address != "[::]:8443" {
		t.Errorf("unwanted = %+v", list)
	}
	clear(s.Colors)
	if list := s.unwantedEntrances(); list != nil {
		t.Errorf("unwanted while nothing runs = %+v", list)
	}
}
