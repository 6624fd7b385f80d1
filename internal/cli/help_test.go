package cli

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestHelpPages freezes what --help prints, so that a change of it is read in
// review.
func TestHelpPages(t *testing.T) {
	a, _, _ := testApp()
	for _, c := range commands(newRoot(a)) {
		file := filepath.Join("testdata", "help", c.Name()+".txt")
		a, out, err := testApp()
		words := []string{"help"}
		if c.HasParent() {
			words = append(words, c.Name())
		}
		if code := a.run(t.Context(), words); code != 0 || err.Len() > 0 {
			t.Fatalf("help %s: exit code %d, %s", c.Name(), code, err)
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
			t.Errorf("help %s differs; got:\n%s\nwant:\n%s", c.Name(), out, want)
		}
	}
}
