package programs

import (
	"path/filepath"
	"testing"

	"version-manager/internal/kit/problem"
)

func TestSourceDigest(t *testing.T) {
	newClone(t)
	dir, err := findSource()
	if err != nil {
		t.Fatal(err)
	}
	sum := func(compiler string) string {
		s, err := sourceDigest(dir, compiler)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	before := sum("go1.26.8 linux amd64")
	writeFile(t, filepath.Join(dir, "pause", "main_test.go"), "package main\n", 0o644)
	writeFile(t, filepath.Join(dir, "README.md"), "text\n", 0o644)
	if sum("go1.26.8 linux amd64") != before {
		t.Error("tests and documentation change the digest")
	}
	if sum("go1.26.9 linux amd64") == before {
		t.Error("the compiler does not change the digest")
	}
	writeFile(t, filepath.Join(dir, "go.sum"), "example.org v1.0.0 h1:\n", 0o644)
	if sum("go1.26.8 linux amd64") == before {
		t.Error("go.sum does not change the digest")
	}
}

func TestMissingSource(t *testing.T) {
	t.Chdir(t.TempDir())
	if dir := searchUpward("."); dir != "" {
		t.Errorf("found %s", dir)
	}
	if _, err := findSource(); problem.KindOf(err) != problem.NotFound {
		t.Errorf("got %v", err)
	}
}
