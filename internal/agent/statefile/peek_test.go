package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

// TestPeekChangesNothing: it reads what LoadDocument would, and leaves damage
// where it is.
func TestPeekChangesNothing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	peek := func() (n int, err error) { return n, PeekDocument(path, &n) }
	if _, err := peek(); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
	for _, n := range []int{1, 2} {
		if err := SaveDocument(path, n); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := peek(); n != 2 || err != nil {
		t.Errorf("whole: %d, %v", n, err)
	}
	damage := []byte("damaged")
	if err := os.WriteFile(path, damage, 0o600); err != nil {
		t.Fatal(err)
	}
	if n, err := peek(); n != 1 || err != nil {
		t.Errorf("damaged: %d, %v, want the previous document", n, err)
	}
	if b, err := os.ReadFile(path); string(b) != string(damage) || err != nil {
		t.Errorf("the damaged file became %q, %v", b, err)
	}
	if err := os.Remove(path + ".prev"); err != nil {
		t.Fatal(err)
	}
	if _, err := peek(); err == nil {
		t.Error("both are unreadable, without an error")
	}
}

func TestDecodeDocument(t *testing.T) {
	whole, err := EncodeDocument("x")
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		file string
		ok   bool
	}{
		"whole":             {string(whole), true},
		"no checksum":       {"\"x\"\n", false},
		"only one line":     {"version-manager state sha256:", false},
		"another checksum":  {"version-manager state sha256:00\n\"x\"\n", false},
		"one byte too many": {string(whole) + " ", false},
		"one byte too few":  {string(whole[:len(whole)-1]), false},
		"empty":             {"", false},
	} {
		var got string
		if err := DecodeDocument([]byte(tt.file), &got); (err == nil) != tt.ok || tt.ok && got != "x" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
