// Package golden compares what a test produced with a file that a person has
// reviewed. `go test ./internal/x -update` rewrites the files of a package;
// review the change before you commit it.
package golden

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// update is the only package variable a flag can live in. Only tests import
// this package, so no program gets the flag.
var update = flag.Bool("update", false, "rewrite the golden files")

// IsUpdating reports whether the test was called with -update. A test asks it
// only if CompareFile cannot rewrite its file.
func IsUpdating() bool { return *update }

// CompareFile fails the test if got differs from the file at path. With -update
// it rewrites the file first.
func CompareFile(t testing.TB, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := compareFile(path, got); err != nil {
		t.Errorf("%v\nIf the change is intended: go test . -run '%s' -update", err, t.Name())
	}
}

func compareFile(path string, got []byte) error {
	want, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		return fmt.Errorf("%s differs (-want +got):\n%s", path, diff)
	}
	return nil
}
