package process

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"

	"version-manager/internal/kit/ownership"
)

// TestCheckPeer: each end of a socket is told who the other one is.
func TestCheckPeer(t *testing.T) {
	path := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	called, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer called.Close()
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer accepted.Close()
	me := os.Geteuid()
	for name, c := range map[string]net.Conn{"the caller": called, "the listener": accepted} {
		if err := CheckPeer(c, ownership.Users(me)); err != nil {
			t.Errorf("%s: oneself is refused: %v", name, err)
		}
		if err := CheckPeer(c, ownership.Users(me+1)); !errors.Is(err, ownership.ErrForeign) {
			t.Errorf("%s: another user gives %v", name, err)
		}
	}
	ours, theirs := net.Pipe()
	defer ours.Close()
	defer theirs.Close()
	if err := CheckPeer(ours, ownership.Users(me)); !errors.Is(err, ownership.ErrForeign) {
		t.Errorf("who cannot be seen gives %v", err)
	}
}
