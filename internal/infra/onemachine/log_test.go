package onemachine

import (
	"os"
	"path/filepath"
	"testing"
)

// TestTurnLogs: the writer keeps its file and goes on in it.
func TestTurnLogs(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "etcd.log")
	f, err := openLog(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	say := func(text string) {
		if _, err := f.WriteString(text); err != nil {
			t.Fatal(err)
		}
	}
	say("first\n")
	for _, limit := range []int64{100, 5} {
		if err := turnLogs(dir, limit); err != nil {
			t.Fatal(err)
		}
	}
	say("second\n")
	if got := read(t, path); got != "second\n" {
		t.Errorf("the log holds %q", got)
	}
	if got := read(t, path+logAfter); got != "first\n" {
		t.Errorf("the older half holds %q", got)
	}
	if err := turnLogs(dir, 5); err != nil {
		t.Fatal(err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 2 || read(t, path+logAfter) != "second\n" {
		t.Errorf("%d files; the older half is %q", len(entries), read(t, path+logAfter))
	}
}
