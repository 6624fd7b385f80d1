package release

import (
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/release/releasetest"
)

// TestFullDisk writes to a store in a child process that may make files of
// 300 bytes at most, which fails like a full disk does: in the middle.
func TestFullDisk(t *testing.T) {
	state := t.TempDir()
	s := NewStore(state)
	old := storedImage(t, releasetest.FileEntry("app/hello", "old"))
	if err := s.AddImage(old); err != nil {
		t.Fatal(err)
	}
	putAll(t, s, "hello", "v1.0.0")
	before := releasetest.ListFiles(t, state)

	child := exec.Command(os.Args[0], "-test.run=^TestFullDiskChild$", "-test.v")
	child.Env = append(os.Environ(), "FULL_DISK_STATE="+state)
	out, err := child.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "image: store image: ") || !strings.Contains(string(out), "record: record v1.1.0: ") {
		t.Fatalf("child: %v\n%s", err, out)
	}
	if n := strings.Count(string(out), syscall.EFBIG.Error()); n != 2 {
		t.Errorf("the cause is named %d times, want twice:\n%s", n, out)
	}

	after := releasetest.ListFiles(t, state)
	if len(before) != len(after) {
		t.Errorf("files before %q\nand after %q", before, after)
	}
	if err := s.UnpackImage(t.Context(), old.Digest, filepath.Join(state, "root"), nil); err != nil {
		t.Error(err)
	}
	if list, err := s.ListRecords("hello"); len(list) != 1 || err != nil {
		t.Errorf("records %+v, %v", list, err)
	}
	putAll(t, s, "hello", "v1.1.0") // once there is room again
}

// TestFullDiskChild is the child of TestFullDisk.
func TestFullDiskChild(t *testing.T) {
	state := os.Getenv("FULL_DISK_STATE")
	if state == "" {
		t.Skip("runs as a child of TestFullDisk")
	}
	img, record := storedImage(t, releasetest.FileEntry("app/hello", strings.Repeat("new", 1000))), testRecord(t, "hello", "v1.1.0")
	signal.Ignore(syscall.SIGXFSZ)
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: 300, Max: 300}); err != nil {
		t.Fatal(err)
	}
	t.Logf("image: %v", NewStore(state).AddImage(img))
	t.Logf("record: %v", NewStore(state).PutRecord(record))
}
