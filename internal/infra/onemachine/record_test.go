package onemachine

import (
	"errors"
	"os"
	"testing"

	"version-manager/internal/kit/process"
)

func TestRecord(t *testing.T) {
	dir := t.TempDir()
	me, err := process.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	r := record{Identity: me, Node: "server", Name: "etcd", Restarts: 2, Ended: "signal: killed"}
	if err := r.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := readRecord(dir, "server", "etcd")
	if err != nil || got != r {
		t.Fatalf("%+v, %v; want %+v", got, err, r)
	}
	if !got.Alive() {
		t.Error("a process that runs is taken for dead")
	}
}

// TestRecordOfBefore: after a reboot, or when numbers have come round, the
// same number is somebody else.
func TestRecordOfBefore(t *testing.T) {
	dir := t.TempDir()
	stale := record{Identity: process.Identity{PID: os.Getpid(), Start: "1@another-boot"}, Node: "server", Name: "etcd"}
	if err := stale.write(dir); err != nil {
		t.Fatal(err)
	}
	got, err := readRecord(dir, "server", "etcd")
	if err != nil {
		t.Fatal(err)
	}
	if got.Alive() {
		t.Error("this test was taken for etcd")
	}
}

func TestRecords(t *testing.T) {
	dir := t.TempDir()
	if none, err := readRecord(dir, "server", "etcd"); err != nil || none.PID != 0 || none.Alive() {
		t.Errorf("%+v, %v", none, err)
	}
	for _, name := range []string{"kubelet", "proxy"} {
		if err := (record{Node: "server", Name: name}).write(dir); err != nil {
			t.Fatal(err)
		}
	}
	list, err := readRecords(dir)
	if err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.WriteFile(recordFile(dir, "server", "damaged"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := readRecords(dir); err == nil || len(list) != 2 {
		t.Errorf("with a damaged one: %v, %v", list, err)
	}
	if _, err := readRecord(dir, "server", "damaged"); !errors.Is(err, errDamaged) {
		t.Errorf("of a damaged record: %v", err)
	}
}
