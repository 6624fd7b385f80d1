package manifest

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update is read by the tests only: go test ./internal/manifest -update
var update = flag.Bool("update", false, "rewrite the golden files")

// TestObjects compares everything that is made with what a person has read.
func TestObjects(t *testing.T) {
	for name, a := range map[string]App{"minimal": minimal(t), "everything": everything(t)} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := Write(&got, all(t, a)); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+".yaml")
			if *update {
				if err := os.WriteFile(file, got.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got.String()); diff != "" {
				t.Errorf("the objects have changed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestSameAgain: what was made before does not show in what is made next.
func TestSameAgain(t *testing.T) {
	before := all(t, minimal(t))
	all(t, everything(t))
	if diff := cmp.Diff(before, all(t, minimal(t))); diff != "" {
		t.Error(diff)
	}
}
