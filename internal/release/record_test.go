package release

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/config"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

func testRecord(t testing.TB, app string, v Version) Release {
	t.Helper()
	c, err := config.ParseYAML([]byte("name: " + app + "\nbuild: {package: .}\nenv: {A: <b>}\n"))
	if err != nil {
		t.Fatal(err)
	}
	id, err := config.DigestJSON(c)
	if err != nil {
		t.Fatal(err)
	}
	return Release{App: app, Version: v, Commit: strings.Repeat("a", 40), Time: time.Unix(1e9, 0).UTC(),
		Image: "sha256:" + strings.Repeat("0", 64), Config: c, ConfigID: id}
}

func putAll(t *testing.T, s *Store, app string, versions ...Version) {
	t.Helper()
	for _, v := range versions {
		if err := s.PutRecord(testRecord(t, app, v)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRecordsNeverChange(t *testing.T) {
	s := NewStore(t.TempDir())
	putAll(t, s, "hello", "v1.0.0", "v1.0.0") // the same again is fine
	r := testRecord(t, "hello", "v1.0.0")
	r.Message = "another"
	releasetest.WantProblem(t, s.PutRecord(r), problem.Failed, "a release never changes", "")
	if got, err := s.GetRecord("hello", "v1.0.0"); err != nil || got.Message != "" {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestListSortsAndSeparatesApps(t *testing.T) {
	s := NewStore(t.TempDir())
	putAll(t, s, "hello", "v1.10.0", "v1.9.0", "v1.9.0-rc.1")
	putAll(t, s, "other", "v2.0.0")
	got, err := s.ListRecords("hello")
	if err != nil || len(got) != 3 || got[0].Version != "v1.9.0-rc.1" || got[2].Version != "v1.10.0" {
		t.Errorf("list %+v, %v", got, err)
	}
	if got, err := s.ListRecords("unheard-of"); len(got) != 0 || err != nil {
		t.Errorf("list of nothing: %v, %v", got, err)
	}
}

func TestUnknownVersionNamesTheNearest(t *testing.T) {
	s := NewStore(t.TempDir())
	putAll(t, s, "hello", "v1.0.0", "v1.1.0")
	_, err := s.GetRecord("hello", "v1.2.0")
	releasetest.WantProblem(t, err, problem.NotFound, "there is no version v1.2.0 of hello: did you mean v1.1.0 or v1.0.0?", "version-manager list")
	_, err = s.GetRecord("other", "v1.2.0")
	releasetest.WantProblem(t, err, problem.NotFound, "there is no version v1.2.0 of other", "version-manager list")
}

func TestNamesCannotLeadElsewhere(t *testing.T) {
	s := NewStore(t.TempDir())
	for _, app := range []string{"", "..", "../x", "a/b", "images"} {
		if _, err := s.GetRecord(app, "v1.0.0"); err == nil || problem.KindOf(err) == problem.NotFound {
			t.Errorf("app %q: %v", app, err)
		}
		if _, err := s.ListRecords(app); err == nil {
			t.Errorf("listed app %q", app)
		}
	}
	for _, v := range []Version{"", "../v1.0.0", "v1", "1.0.0"} {
		if _, err := s.GetRecord("hello", v); err == nil || problem.KindOf(err) == problem.NotFound {
			t.Errorf("version %q: %v", v, err)
		}
	}
}

// However much of a record is lost, it is reported, and the others are well.
func TestTruncatedRecordHidesNoOther(t *testing.T) {
	state := t.TempDir()
	s := NewStore(state)
	putAll(t, s, "hello", "v1.0.0", "v1.1.0", "v1.2.0")
	putAll(t, s, "other", "v1.1.0")
	path := filepath.Join(state, "releases", "hello", "v1.1.0.json")
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for n := range len(whole) {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := s.ListRecords("hello")
		if len(got) != 2 || err == nil || !strings.Contains(err.Error(), "the record of hello v1.1.0 is damaged") {
			t.Fatalf("cut to %d bytes: %d records, %v", n, len(got), err)
		}
		if _, err := s.GetRecord("hello", "v1.1.0"); err == nil || problem.KindOf(err) == problem.NotFound {
			t.Fatalf("cut to %d bytes: got it, %v", n, err)
		}
		if _, err := s.GetRecord("other", "v1.1.0"); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.PutRecord(testRecord(t, "hello", "v1.1.0")); err != nil {
		t.Errorf("a damaged record cannot be put again: %v", err)
	}
}

func TestRecordIsChecked(t *testing.T) {
	good, err := config.CanonicalJSON(testRecord(t, "hello", "v1.0.0"))
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ old, new string }{
		{`"app":"hello"`, `"app":"other"`},
		{`"version":"v1.0.0"`, `"version":"v1.0.1"`},
		{`"version":"v1.0.0"`, `"version":"latest"`},
		{`"port":8080`, `"port":8081`},
		{`"image":"sha256:`, `"image":"md5:`},
	} {
		bad := bytes.Replace(good, []byte(tt.old), []byte(tt.new), 1)
		if _, err := decodeRecord(bad, "hello", "v1.0.0"); err == nil || bytes.Equal(bad, good) {
			t.Errorf("%s was accepted", tt.new)
		}
	}
	grown := bytes.Replace(good, []byte(`{"app"`), []byte(`{"aNewField":1,"app"`), 1)
	if _, err := decodeRecord(grown, "hello", "v1.0.0"); err != nil {
		t.Errorf("a record with a field of tomorrow: %v", err)
	}
}

func FuzzDecodeRecord(f *testing.F) {
	good, err := config.CanonicalJSON(testRecord(f, "hello", "v1.0.0"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add([]byte("{}"))
	f.Add([]byte(`{"config":{},"app":"hello","version":"1"}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := decodeRecord(b, "hello", "v1.0.0")
		if err == nil && (r.App != "hello" || r.Version != "v1.0.0") {
			t.Errorf("accepted %+v", r)
		}
		if err != nil && errors.Is(err, os.ErrNotExist) {
			t.Error("damage looks like absence")
		}
	})
}
