package supervision

import (
	"os"
	"path/filepath"
	"testing"
)

func readText(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// TestRotatedLogKeepsItsWriter: a program keeps its open file and continues at
// its new end.
func TestRotatedLogKeepsItsWriter(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "etcd.log")
	f, err := OpenLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for _, line := range []string{"first\n", "second\n"} {
		if _, err := f.WriteString(line); err != nil {
			t.Fatal(err)
		}
		if err := rotateLogs(dir, 5); err != nil {
			t.Fatal(err)
		}
		if got := readText(t, path); got != "" {
			t.Errorf("the rotated log still holds %q", got)
		}
		if got := readText(t, path+rotatedExt); got != line {
			t.Errorf("the second file holds %q, want %q", got, line)
		}
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 2 {
		t.Errorf("%d files, %v", len(entries), err)
	}
}

func TestLogSizeLimit(t *testing.T) {
	for size, want := range map[int64]bool{maxLogSize - 1: false, maxLogSize: false, maxLogSize + 1: true} {
		dir := t.TempDir()
		path := filepath.Join(dir, "etcd.log")
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, size); err != nil {
			t.Fatal(err)
		}
		if err := rotateLogs(dir, maxLogSize); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path + rotatedExt); (err == nil) != want {
			t.Errorf("%d bytes: rotated %t, want %t", size, err == nil, want)
		}
	}
}
