package cli

import (
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/golden"
)

// TestHelpPages freezes what --help prints, so that a change of it is read in
// review.
func TestHelpPages(t *testing.T) {
	a, _, _ := testApp()
	for _, c := range commands(newRoot(a)) {
		words := append([]string{"help"}, path(c)...)
		name := strings.Join(path(c), "-")
		if !c.HasParent() {
			name = c.Name()
		}
		file := filepath.Join("testdata", "help", name+".txt")
		a, out, err := testApp()
		if code := a.run(t.Context(), words); code != 0 || err.Len() > 0 {
			t.Fatalf("%s: exit code %d, %s", words, code, err)
		}
		golden.CompareFile(t, file, out.Bytes())
	}
}
