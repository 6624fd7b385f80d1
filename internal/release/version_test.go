package release

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func TestParseVersion(t *testing.T) {
	for in, want := range map[string]Version{
		"v1": "v1.0.0", "v1.1": "v1.1.0", "v1.1.2": "v1.1.2", "1.1.2": "v1.1.2", "2": "v2.0.0",
		"v1.2.0-rc.1": "v1.2.0-rc.1", "1.2.0-rc.1": "v1.2.0-rc.1",
	} {
		if got, err := ParseVersion(in); got != want || err != nil {
			t.Errorf("ParseVersion(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for in, want := range map[string]string{
		"": "want one like", "v": "want one like", "latest": "want one like", "v1.2.3.4": "want one like",
		"v01.2.3": "want one like", " v1": "want one like", "v1.2.3-": "want one like", "-v1": "want one like",
		"v1/../x": "want one like", "v1.2.3+build.7": "build metadata", "v1.0.0-x.lock": ".lock",
		"v1.0.0-" + strings.Repeat("a", 100): "longer than",
	} {
		if got, err := ParseVersion(in); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("ParseVersion(%q) = %q, %v, want an error with %q", in, got, err, want)
		}
	}
}

func TestSort(t *testing.T) {
	got := []Version{"v1.10.0", "v1.9.0", "v1.9.0-rc.2", "v1.9.0-rc.10", "v2.0.0", "v1.0.0"}
	want := []Version{"v1.0.0", "v1.9.0-rc.2", "v1.9.0-rc.10", "v1.9.0", "v1.10.0", "v2.0.0"}
	if SortVersions(got); !slices.Equal(got, want) {
		t.Errorf("sorted %v, want %v", got, want)
	}
}

func TestNearest(t *testing.T) {
	have := []Version{"v1.0.0", "v1.1.0", "v1.2.0", "v2.0.0-rc.1", "v10.0.0"}
	for want, near := range map[Version][]Version{
		"v1.3.0":       {"v1.2.0", "v1.1.0", "v1.0.0"},
		"v2.0.0-rc.2":  {"v2.0.0-rc.1"},
		"v31.41.59-pi": nil,
	} {
		if got := NearestVersions(want, have); !slices.Equal(got, near) {
			t.Errorf("Nearest(%s) = %v, want %v", want, got, near)
		}
	}
}

func TestFree(t *testing.T) {
	got := Version("v1.2.0").FreeVersions([]Version{"v1.2.0", "v1.2.1", "v1.3.0"})
	if want := []Version{"v1.2.2", "v1.4.0", "v2.0.0"}; !slices.Equal(got, want) {
		t.Errorf("free %v, want %v", got, want)
	}
}

func TestVersionJSON(t *testing.T) {
	var v Version
	if err := json.Unmarshal([]byte(`"1.2"`), &v); err != nil || v != "v1.2.0" {
		t.Errorf("got %q, %v", v, err)
	}
	if err := json.Unmarshal([]byte(`""`), &v); err != nil || v != "" {
		t.Errorf("empty: got %q, %v", v, err)
	}
	if err := json.Unmarshal([]byte(`"../../etc"`), &v); err == nil {
		t.Errorf("accepted %q", v)
	}
}

func FuzzParseVersion(f *testing.F) {
	for _, s := range []string{"v1", "1.2", "v1.2.3-rc.1", "v1.2.3+b", "v1..", "v1.0.0-a.lock", "v00.1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		v, err := ParseVersion(s)
		if err != nil {
			return
		}
		if again, err := ParseVersion(string(v)); again != v || err != nil {
			t.Errorf("%q is not canonical: parsed again it is %q, %v", v, again, err)
		}
		if strings.ContainsAny(string(v), "/\\ ~^:?*[@{\x00\n") || strings.Contains(string(v), "..") {
			t.Errorf("%q is no safe name for a file and a tag", v)
		}
	})
}
