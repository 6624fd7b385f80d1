package supervisor

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"testing/synctest"

	"version-manager/internal/kit/process"
)

// startStray starts a process as an earlier agent would have, and records it.
func startStray(t *testing.T, dir string) *process.Child {
	t.Helper()
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c, err := process.Start(process.Command{Argv: []string{"/bin/sleep", "60"}, Dir: "/", Output: out},
		func(id process.Identity) error { return Record{Proc: id}.WriteTo(dir, "blue-1") })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Signal(syscall.SIGKILL) })
	go c.Wait()
	return c
}

func recordOf(dir string) bool {
	_, err := os.Lstat(recordFile(dir, "blue-1"))
	return err == nil
}

func TestStrayIsEndedAndForgotten(t *testing.T) {
	p := t.TempDir()
	c := startStray(t, p)
	EndStrays(p, FindStrays(p))
	if c.Alive() || recordOf(p) {
		t.Errorf("alive: %t, recorded: %t", c.Alive(), recordOf(p))
	}
}

// A stray that is forgotten while it runs would run forever.
func TestStrayThatCannotBeSeenIsNotForgotten(t *testing.T) {
	p := t.TempDir()
	c := startStray(t, p)
	found := FindStrays(p)
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	none := before
	none.Cur = 0
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &none); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(*testing.T) { EndStrays(p, found) }) // it takes its time
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if !c.Alive() || !recordOf(p) {
		t.Errorf("alive: %t, recorded: %t", c.Alive(), recordOf(p))
	}
}

func TestStrayWhoseRecordCannotBeReadIsNotForgotten(t *testing.T) {
	p := t.TempDir()
	if err := os.Mkdir(recordFile(p, "blue-1"), 0o700); err != nil { // a folder is not a file
		t.Fatal(err)
	}
	EndStrays(p, FindStrays(p))
	if !recordOf(p) {
		t.Error("it was taken for damaged")
	}
}

func TestDamagedRecordIsForgotten(t *testing.T) {
	p := t.TempDir()
	if err := os.WriteFile(recordFile(p, "blue-1"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	EndStrays(p, FindStrays(p))
	if recordOf(p) {
		t.Error("it is still there")
	}
}
