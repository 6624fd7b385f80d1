package manifest

import (
	"bytes"
	"path/filepath"
	"testing"

	"version-manager/internal/kit/golden"

	"github.com/google/go-cmp/cmp"
)

// TestObjects compares everything that is made with what a person has read.
func TestObjects(t *testing.T) {
	for name, a := range map[string]App{"minimal": minimal(t), "everything": everything(t)} {
		t.Run(name, func(t *testing.T) {
			var got bytes.Buffer
			if err := WriteYAML(&got, all(t, a)); err != nil {
				t.Fatal(err)
			}
			golden.CompareFile(t, filepath.Join("testdata", name+".yaml"), got.Bytes())
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
