package api

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kit/problem"
)

// sendAndReceive sends err through JSON.
func sendAndReceive(t *testing.T, err error) error {
	t.Helper()
	body, jsonErr := json.Marshal(FromError(err))
	if jsonErr != nil {
		t.Fatal(jsonErr)
	}
	var e Error
	if jsonErr := json.Unmarshal(body, &e); jsonErr != nil {
		t.Fatal(jsonErr)
	}
	return e.ToError()
}

func TestSentinelsArriveAsWhatTheyWere(t *testing.T) {
	for _, sentinel := range []error{deploy.ErrConflict, deploy.ErrFenced, deploy.ErrRefused, journal.ErrNotFound} {
		sent := fmt.Errorf("switch to blue: %w", sentinel)
		got := sendAndReceive(t, sent)
		if !errors.Is(got, sentinel) || got.Error() != sent.Error() {
			t.Errorf("%v arrived as %v", sent, got)
		}
	}
	if got := sendAndReceive(t, errors.New("disk full")); got.Error() != "disk full" || errors.Is(got, deploy.ErrFenced) {
		t.Errorf("arrived as %v", got)
	}
}

func TestHeldErrorArrives(t *testing.T) {
	now := time.Now().Round(0).UTC()
	sent := &deploy.HeldError{Holder: deploy.Holder{Name: "ada", Since: now.Add(-time.Minute), Seen: now}, Now: now}
	got, ok := errors.AsType[*deploy.HeldError](sendAndReceive(t, fmt.Errorf("lock: %w", sent)))
	if !ok || *got != *sent {
		t.Errorf("arrived as %+v, want %+v", got, sent)
	}
}

func TestProblemArrivesWithCauseAndSentinel(t *testing.T) {
	sent := problem.Wrap(fmt.Errorf("blue is active: %w", deploy.ErrRefused), problem.Usage, "do this", "retire blue").With("a line")
	err := sendAndReceive(t, fmt.Errorf("outer: %w", sent))
	got, ok := errors.AsType[*problem.Problem](err)
	if !ok || got.Kind != sent.Kind || got.Hint != sent.Hint || got.Error() != sent.Error() || len(got.Lines) != 1 {
		t.Errorf("arrived as %#v", got)
	}
	if !errors.Is(err, deploy.ErrRefused) {
		t.Error("the sentinel was lost")
	}
	if got := sendAndReceive(t, problem.New(problem.NotFound, "", "no such thing")); got.Error() != "no such thing" {
		t.Errorf("arrived as %v", got)
	}
}

func TestSocketOfALongPath(t *testing.T) {
	short, long := t.TempDir(), filepath.Join(t.TempDir(), strings.Repeat("long/", 30))
	if err := os.MkdirAll(long, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{short, long} {
		for range 2 { // the second time over the remains of the first
			path, err := MakeSocket(dir)
			if err != nil {
				t.Fatal(err)
			}
			defer RemoveSocket(dir)
			ln, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := SocketPath(dir); got != path || err != nil {
				t.Errorf("Socket = %s, %v, want %s", got, err, path)
			}
			ln.(*net.UnixListener).SetUnlinkOnClose(false)
			ln.Close()
		}
		path, _ := SocketPath(dir)
		RemoveSocket(dir)
		if _, err := os.Lstat(path); err == nil {
			t.Errorf("%s is still there", path)
		}
	}
}

func TestCheckAppName(t *testing.T) {
	for name, ok := range map[string]bool{
		"caloguessr": true, "a-1": true, "": false, "..": false, "a/b": false, "A": false, "-a": false, "a-": false,
		strings.Repeat("a", 63): true, strings.Repeat("a", 64): false,
	} {
		if err := CheckAppName(name); (err == nil) != ok {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
}
