package notices

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/golden"
	"version-manager/internal/licenses"
)

// linked lists the modules of our programs on the systems they run on.
func linked(t *testing.T) []licenses.Module {
	t.Helper()
	found := map[licenses.Module]bool{}
	for _, system := range []string{"linux", "darwin"} {
		for _, arch := range []string{"amd64", "arm64"} {
			cmd := exec.CommandContext(t.Context(), "go", "list", "-deps", "-json=Module", "version-manager/cmd/...")
			cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+system, "GOARCH="+arch)
			out, err := cmd.Output()
			if err != nil {
				t.Fatalf("go list: %v", err)
			}
			collect(t, out, found)
		}
	}
	var list []licenses.Module
	for m := range found {
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b licenses.Module) int { return strings.Compare(a.Path, b.Path) })
	return list
}

func collect(t *testing.T, out []byte, found map[licenses.Module]bool) {
	t.Helper()
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
		if m := p.Module; m != nil && !m.Main {
			found[licenses.Module{Path: m.Path, Version: m.Version, Dir: m.Dir}] = true
		}
	}
}

// TestNoticesAreThoseOfWhatIsLinked fails when a module was added, removed or
// updated without its terms.
func TestNoticesAreThoseOfWhatIsLinked(t *testing.T) {
	modules := linked(t)
	if len(modules) < 20 {
		t.Fatalf("only %d modules were found", len(modules))
	}
	var want bytes.Buffer
	if err := licenses.WriteNotices(&want, modules); err != nil {
		t.Fatal(err)
	}
	if golden.IsUpdating() {
		save(t, want.Bytes())
		return
	}
	got, err := Text()
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want.Bytes()) {
		t.Errorf("the notices (%d bytes) are not those of what is linked (%d bytes); run: make notices", len(got), want.Len())
	}
	if strings.Contains(want.String(), "No license text") {
		t.Error("a module has no license text")
	}
}

func save(t *testing.T, text []byte) {
	t.Helper()
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write(text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile("notices.gz", b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
