package supervision

import (
	"errors"
	"os"
	"testing"

	"version-manager/internal/kit/process"
)

func TestRecordRoundTrip(t *testing.T) {
	dir := t.TempDir()
	me, err := process.Of(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	r := Record{Identity: me, Node: "server", Name: "etcd", Restarts: 2, Ended: "signal: killed"}
	if err := WriteRecord(dir, r); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecord(dir, "server", "etcd")
	if err != nil || got != r {
		t.Fatalf("%+v, %v; want %+v", got, err, r)
	}
	if !got.Alive() {
		t.Error("a running process counts as ended")
	}
}

// TestRecordFromBeforeReboot: after a reboot, another process may have the same
// number.
func TestRecordFromBeforeReboot(t *testing.T) {
	dir := t.TempDir()
	stale := Record{Identity: process.Identity{PID: os.Getpid(), Start: "1@another-boot"}, Node: "server", Name: "etcd"}
	if err := WriteRecord(dir, stale); err != nil {
		t.Fatal(err)
	}
	got, err := ReadRecord(dir, "server", "etcd")
	if err != nil {
		t.Fatal(err)
	}
	if got.Alive() {
		t.Error("this test was mistaken for etcd")
	}
}

func TestListRecords(t *testing.T) {
	dir := t.TempDir()
	if none, err := ReadRecord(dir, "server", "etcd"); err != nil || none.PID != 0 || none.Alive() {
		t.Errorf("%+v, %v", none, err)
	}
	for _, name := range []string{"kubelet", "proxy"} {
		if err := WriteRecord(dir, Record{Node: "server", Name: name}); err != nil {
			t.Fatal(err)
		}
	}
	list, err := ListRecords(dir)
	if err != nil || len(list) != 2 {
		t.Errorf("%v, %v", list, err)
	}
	if err := os.WriteFile(RecordFile(dir, "server", "damaged"), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := ListRecords(dir); err == nil || len(list) != 2 {
		t.Errorf("with a damaged record: %v, %v", list, err)
	}
	if _, err := ReadRecord(dir, "server", "damaged"); !errors.Is(err, ErrDamaged) {
		t.Errorf("damaged record: %v", err)
	}
}

func FuzzReadRecord(f *testing.F) {
	f.Add([]byte(`{"pid":1,"node":"n","name":"x"}`))
	f.Add([]byte(`{"nodes":-1,"node":"a"}`))
	f.Add([]byte(`[`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(RecordFile(dir, "n", "x"), content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := ReadRecord(dir, "n", "x")
		if list, errs := ListRecords(dir); (err == nil) != (errs == nil) || err == nil && len(list) != 1 {
			t.Errorf("%q: %v, and in the list of %d: %v", content, err, len(list), errs)
		}
	})
}
