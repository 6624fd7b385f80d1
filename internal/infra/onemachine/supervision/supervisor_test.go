package supervision

import (
	"bufio"
	"context"
	"errors"
	"io"
	"log"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/waittest"
)

func TestMain(m *testing.M) {
	process.Launch()
	os.Exit(m.Run())
}

func newDir(t *testing.T) clusterdir.Dir {
	t.Helper()
	dir := clusterdir.Dir(t.TempDir())
	if err := os.MkdirAll(dir.RecordsDir(), 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}

func etcd() Program { return Program{Node: "server", Name: "etcd", Argv: []string{"/bin/true"}} }

// TestUnreadableRecordStartsNothing: the program may be running.
func TestUnreadableRecordStartsNothing(t *testing.T) {
	dir, p := newDir(t), etcd()
	if err := os.Mkdir(RecordFile(dir.RecordsDir(), p.Node, p.Name), 0o700); err != nil { // a folder cannot be read
		t.Fatal(err)
	}
	v := Supervisor{Dir: dir, Log: log.New(io.Discard, "", 0)}
	how, err := v.runOnce(t.Context(), p)
	if how != endUnknown || !errors.Is(err, syscall.EISDIR) {
		t.Errorf("runOnce = %q, %v", how, err)
	}
}

// TestUnreadableRecordIsKept: the record would lose its node, its name, and
// the number of restarts.
func TestUnreadableRecordIsKept(t *testing.T) {
	dir, p := newDir(t), etcd()
	v := Supervisor{Dir: dir}
	file := RecordFile(dir.RecordsDir(), p.Node, p.Name)
	if err := os.Symlink(t.TempDir(), file); err != nil { // can be replaced, but not read
		t.Fatal(err)
	}
	if err := v.recordEnd(p, "signal: killed"); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("recordEnd = %v", err)
	}
	if _, err := os.Readlink(file); err != nil {
		t.Errorf("the record was replaced: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := v.recordEnd(p, "signal: killed"); err != nil {
		t.Fatal(err)
	}
	want := Record{Node: p.Node, Name: p.Name, Ended: "signal: killed"}
	if r, err := ReadRecord(dir.RecordsDir(), p.Node, p.Name); err != nil || r != want {
		t.Errorf("got %+v, %v; want %+v", r, err, want)
	}
}

// TestRunningProgramIsNotStartedAgain: the next supervisor finds the programs
// that the one before left running.
func TestRunningProgramIsNotStartedAgain(t *testing.T) {
	dir, p, c := newDir(t), etcd(), startSleep(t)
	if err := WriteRecord(dir.RecordsDir(), Record{Identity: c.Identity, Node: p.Node, Name: p.Name}); err != nil {
		t.Fatal(err)
	}
	logs, w := io.Pipe()
	v := Supervisor{Dir: dir, Log: log.New(w, "", 0)}
	found := make(chan string)
	go func() {
		how, err := v.runOnce(t.Context(), p)
		if err != nil {
			t.Error(err)
		}
		found <- how
	}()
	line, err := bufio.NewReader(logs).ReadString('\n')
	if err != nil || !strings.Contains(line, "still running") {
		t.Fatalf("%q, %v", line, err)
	}
	if err := c.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if how := waittest.Receive(t, found); how != endUnseen {
		t.Errorf("runOnce = %q", how)
	}
}

// TestKilledNodeStartsNothing: programs of a killed node wait until it is
// healed.
func TestKilledNodeStartsNothing(t *testing.T) {
	dir, p := newDir(t), etcd()
	v := Supervisor{Dir: dir}
	if !v.waitAllowed(t.Context(), p) {
		t.Error("a program of a healthy node may not run")
	}
	if err := os.MkdirAll(dir.RunPath("killed"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir.KilledFile(p.Node), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if v.waitAllowed(ctx, p) {
		t.Error("a program of a killed node may run")
	}
}

func TestIsListening(t *testing.T) {
	socket := t.TempDir() + "/socket"
	if IsListening("unix " + socket) {
		t.Error("a missing socket accepts connections")
	}
	l, err := new(net.ListenConfig).Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if !IsListening("unix " + socket) {
		t.Error("an open socket does not accept connections")
	}
	if !IsListening("") {
		t.Error("a program without needs has to wait")
	}
}
