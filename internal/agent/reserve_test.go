package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestReserveIsSpentOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	r := newDiskReserve(dir)
	if err := r.fillReserve(); err != nil {
		t.Fatal(err)
	}
	full := &fs.PathError{Op: "write", Path: "journal", Err: syscall.ENOSPC}
	calls := 0
	write := func() error {
		calls++
		if _, err := os.Stat(filepath.Join(dir, "reserve")); err == nil {
			return full // as long as the reserve takes the space
		}
		return nil
	}
	if err := r.withReserve(write); err != nil || calls != 2 {
		t.Errorf("spend = %v after %d calls, want success at the second", err, calls)
	}
	if err := r.withReserve(func() error { return full }); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("with the reserve gone: %v", err)
	}
	if err := r.fillReserve(); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(filepath.Join(dir, "reserve")); err != nil || info.Size() != diskReserveBytes {
		t.Errorf("the reserve is not whole again: %v, %v", info, err)
	}
}

func TestReserveIsForFullDisksOnly(t *testing.T) {
	r := newDiskReserve(t.TempDir())
	if err := r.fillReserve(); err != nil {
		t.Fatal(err)
	}
	calls := 0
	if err := r.withReserve(func() error { calls++; return fs.ErrPermission }); !errors.Is(err, fs.ErrPermission) || calls != 1 {
		t.Errorf("spend = %v after %d calls", err, calls)
	}
	if _, err := os.Stat(r.path); err != nil {
		t.Error("the reserve was spent on something else")
	}
}
