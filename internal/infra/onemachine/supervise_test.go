package onemachine

import (
	"bufio"
	"errors"
	"io"
	"log"
	"os"
	"strings"
	"syscall"
	"testing"

	"version-manager/internal/kit/waittest"
)

// TestUnreadableRecord: nobody knows what runs, so nothing is started.
func TestUnreadableRecord(t *testing.T) {
	dir := layout(t.TempDir())
	p := program{Node: "server", Name: "etcd", Argv: []string{"/bin/true"}}
	if err := os.MkdirAll(recordFile(dir.records(), p.Node, p.Name), 0o700); err != nil { // a folder is no file
		t.Fatal(err)
	}
	v := supervisor{dir: dir, machine: machine{dir}, log: log.New(io.Discard, "", 0)}
	how, err := v.once(t.Context(), p)
	if how != "not looked at" || !errors.Is(err, syscall.EISDIR) {
		t.Errorf("once = %q, %v", how, err)
	}
}

// TestEndIsNotNotedOverWhatCannotBeRead: the record would lose its node, its
// name and how often the program was started.
func TestEndIsNotNotedOverWhatCannotBeRead(t *testing.T) {
	v := supervisor{dir: layout(t.TempDir())}
	p := program{Node: "server", Name: "etcd"}
	if err := os.MkdirAll(v.dir.records(), 0o700); err != nil {
		t.Fatal(err)
	}
	file := recordFile(v.dir.records(), p.Node, p.Name)
	if err := os.Symlink(t.TempDir(), file); err != nil { // can be replaced, and not be read
		t.Fatal(err)
	}
	if err := v.noteEnd(p, "signal: killed"); !errors.Is(err, syscall.EISDIR) {
		t.Errorf("noteEnd = %v", err)
	}
	if _, err := os.Readlink(file); err != nil {
		t.Errorf("it was overwritten: %v", err)
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := v.noteEnd(p, "signal: killed"); err != nil {
		t.Fatal(err)
	}
	want := record{Node: p.Node, Name: p.Name, Ended: "signal: killed"}
	if r, err := readRecord(v.dir.records(), p.Node, p.Name); err != nil || r != want {
		t.Errorf("%+v, %v; want %+v", r, err, want)
	}
}

// TestProgramThatRunsIsNotStartedAgain: a supervisor that is replaced leaves
// the programs running, and the next one finds them.
func TestProgramThatRunsIsNotStartedAgain(t *testing.T) {
	dir := layout(t.TempDir())
	if err := os.MkdirAll(dir.records(), 0o700); err != nil {
		t.Fatal(err)
	}
	c := begin(t)
	p := program{Node: "server", Name: "etcd", Argv: []string{"/bin/true"}}
	if err := (record{Identity: c.Identity, Node: p.Node, Name: p.Name}).write(dir.records()); err != nil {
		t.Fatal(err)
	}
	says, words := io.Pipe()
	v := supervisor{dir: dir, machine: machine{dir}, log: log.New(words, "", 0)}
	found := make(chan string)
	go func() {
		how, err := v.once(t.Context(), p)
		if err != nil {
			t.Error(err)
		}
		found <- how
	}()
	line, err := bufio.NewReader(says).ReadString('\n')
	if err != nil || !strings.Contains(line, "still runs") {
		t.Fatalf("%q, %v", line, err)
	}
	if err := c.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	if how := waittest.Receive(t, found); how != "not seen" {
		t.Errorf("once = %q", how)
	}
}
