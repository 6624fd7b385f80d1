package statefile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
)

type doc struct {
	Route string `json:"route"`
	Token int    `json:"token"`
}

func mustSave(t *testing.T, path string, docs ...doc) {
	t.Helper()
	for _, d := range docs {
		if err := SaveDocument(path, d); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSaveThenLoad(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	want := doc{"green", 7}
	mustSave(t, path, doc{"blue", 6}, want)
	var got doc
	if aside, err := LoadDocument(path, &got); err != nil || aside != "" || got != want {
		t.Fatalf("Load = %+v, %q, %v", got, aside, err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode = %v, %v, want 0600", info.Mode(), err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

func TestTruncatedAtEveryByteFallsBack(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "state.json")
	before, after := doc{"blue", 6}, doc{"green", 7}
	whole, err := EncodeDocument(after)
	if err != nil {
		t.Fatal(err)
	}
	mustSave(t, path, before, after)
	for n := range whole {
		if err := os.WriteFile(path, whole[:n], 0o600); err != nil {
			t.Fatal(err)
		}
		var got doc
		aside, err := LoadDocument(path, &got)
		if err != nil || got != before {
			t.Fatalf("cut at byte %d: Load = %+v, %v, want %+v", n, got, err, before)
		}
		if kept, err := os.ReadFile(aside); err != nil || len(kept) != n {
			t.Fatalf("cut at byte %d: damaged file was not set aside: %v", n, err)
		}
	}
}

func TestEveryFlippedByteIsNoticed(t *testing.T) {
	whole, err := EncodeDocument(doc{"green", 7})
	if err != nil {
		t.Fatal(err)
	}
	for n := range whole {
		whole[n] ^= 1
		if err := DecodeDocument(whole, &doc{}); err == nil {
			t.Errorf("byte %d flipped: accepted", n)
		}
		whole[n] ^= 1
	}
}

func TestBothGenerationsDamaged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	mustSave(t, path, doc{"blue", 6}, doc{"green", 7})
	for _, p := range []string{path, path + ".prev"} {
		if err := os.Truncate(p, 20); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := LoadDocument(path, &doc{}); !errors.Is(err, ErrDamaged) {
		t.Errorf("Load = %v, want ErrDamaged", err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("the damaged file is gone: %v", err)
	}
}

func TestLostFileFallsBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.json")
	mustSave(t, path, doc{"blue", 6}, doc{"green", 7})
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	var got doc
	if aside, err := LoadDocument(path, &got); err != nil || aside == "" || got.Token != 6 {
		t.Errorf("Load = %+v, %q, %v", got, aside, err)
	}
}

func TestNoDocument(t *testing.T) {
	if _, err := LoadDocument(filepath.Join(t.TempDir(), "state.json"), &doc{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Load = %v, want fs.ErrNotExist", err)
	}
}

func FuzzDecode(f *testing.F) {
	whole, err := EncodeDocument(doc{"green", 7})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add(whole[:10])
	f.Add([]byte(checksumPrefix + "\n{}"))
	f.Fuzz(func(t *testing.T, file []byte) {
		var d doc
		if err := DecodeDocument(file, &d); err != nil {
			return
		}
		if again, err := EncodeDocument(d); err != nil || len(again) == 0 {
			t.Errorf("Encode(%+v) = %v", d, err)
		}
	})
}
