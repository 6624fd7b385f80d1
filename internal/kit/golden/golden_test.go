package golden

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestCompareFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := compareFile(path, nil); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	if err := os.WriteFile(path, []byte("one\ntwo\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := compareFile(path, []byte("one\ntwo\n")); err != nil {
		t.Errorf("the same content: %v", err)
	}
	for _, got := range []string{"", "one\ntwo", "one\ntwo\n\n", "one\nTWO\n"} {
		if err := compareFile(path, []byte(got)); err == nil || !strings.Contains(err.Error(), path) {
			t.Errorf("content %q: %v, want an error that names the file", got, err)
		}
	}
}

func TestCompareFileUpdates(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	before := *update
	t.Cleanup(func() { *update = before })
	*update = true
	CompareFile(t, path, []byte("new"))
	if content, err := os.ReadFile(path); err != nil || string(content) != "new" {
		t.Errorf("the file has %q, %v", content, err)
	}
}
