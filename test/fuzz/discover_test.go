package main

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func write(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

const header = "package x\n\nimport \"testing\"\n\n"

func TestDiscover(t *testing.T) {
	root := write(t, map[string]string{
		"go.mod":                     "module x\n",
		"b/x_test.go":                header + "func FuzzB(f *testing.F) {}\nfunc FuzzA(f *testing.F) {}\nfunc FuzzHelper(t *testing.T) {}\nfunc TestC(t *testing.T) {}\n",
		"a/x_test.go":                header + "func FuzzZ(f *testing.F) {}\n",
		"a/x.go":                     header + "func FuzzNo(f *testing.F) {}\n",
		"a/x_plan9_test.go":          header + "func FuzzElsewhere(f *testing.F) {}\n",
		"a/testdata/x_test.go":       header + "func FuzzData(f *testing.F) {}\n",
		"other/go.mod":               "module other\n",
		"other/x_test.go":            header + "func FuzzOther(f *testing.F) {}\n",
		"node_modules/m/x_test.go":   header + "func FuzzModule(f *testing.F) {}\n",
		".version-manager/x_test.go": header + "func FuzzState(f *testing.F) {}\n",
	})
	got, err := discoverTargets(root)
	want := []target{{"./a", "FuzzZ"}, {"./b", "FuzzA"}, {"./b", "FuzzB"}}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("discovered %v, %v; want %v", got, err, want)
	}
	if got := chooseTargets(got, []string{"/a", "FuzzB"}); !slices.Equal(got, []target{{"./a", "FuzzZ"}, {"./b", "FuzzB"}}) {
		t.Errorf("chose %v", got)
	}
}

// TestAllAreDiscovered compares with a plain search in this module.
func TestAllAreDiscovered(t *testing.T) {
	got, err := discoverTargets("../..")
	if err != nil || len(got) < 25 {
		t.Errorf("%d targets: %v", len(got), err)
	}
	if !slices.Contains(got, target{"./internal/ui", "FuzzClean"}) {
		t.Errorf("FuzzClean is missing in %v", got)
	}
}

func TestFindingFails(t *testing.T) {
	t.Chdir(write(t, map[string]string{
		"go.mod":    "module x\n\ngo 1.26\n",
		"x.go":      "package x\n",
		"x_test.go": header + "func FuzzBad(f *testing.F) {\n\tf.Add(1)\n\tf.Fuzz(func(t *testing.T, n int) { t.Error(n) })\n}\n\nfunc FuzzGood(f *testing.F) {\n\tf.Fuzz(func(t *testing.T, n int) {})\n}\n",
	}))
	var out bytes.Buffer
	err := runAll(t.Context(), &out, []target{{".", "FuzzBad"}, {".", "FuzzGood"}}, time.Second)
	if err == nil || err.Error() != "1 of 2 targets found something" {
		t.Errorf("%v\n%s", err, &out)
	}
	if !strings.Contains(out.String(), "FuzzGood") || !strings.Contains(out.String(), "clean") {
		t.Errorf("after a finding the other target did not run:\n%s", &out)
	}
}
