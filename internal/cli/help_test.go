package cli

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

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
		if *update {
			if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, e := os.ReadFile(file)
		if e != nil {
			t.Fatal(e)
		}
		if out.String() != string(want) {
			t.Errorf("%s differs; got:\n%s\nwant:\n%s", words, out, want)
		}
	}
}
