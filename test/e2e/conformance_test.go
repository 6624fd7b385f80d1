package main

import (
	"slices"
	"strings"
	"testing"
)

// TestClusterTests: the suite of every target is among them, a test that
// `make test` runs is not.
func TestClusterTests(t *testing.T) {
	names, err := clusterTests(t.Context(), targetPackages)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Contains(names, "TestConformance") || len(names) < 10 || len(names) > 60 {
		t.Errorf("%d tests: %s", len(names), strings.Join(names, " "))
	}
	if _, err := clusterTests(t.Context(), "version-manager/internal/color"); err == nil {
		t.Error("a package without such tests is not an error: nothing would be run")
	}
}

func TestReadTestEvents(t *testing.T) {
	passed, failed := readTestEvents([]byte(`{"Action":"output","Package":"p","Test":"TestA","Output":"first\n"}
not JSON
{"Action":"output","Package":"q","Test":"TestA","Output":"second\n"}
{"Action":"fail","Package":"p","Test":"TestA"}
{"Action":"pass","Package":"q","Test":"TestA"}
{"Action":"pass","Package":"q"}
{"Action":"output","Package":"p","Output":"panic: outside of a test\n"}
{"Action":"fail","Package":"p"}
`))
	if passed != 1 || len(failed) != 2 || failed[0] != "first\n" || !strings.Contains(failed[1], "outside of a test") {
		t.Errorf("%d passed, failed: %q", passed, failed)
	}
}
