package process

import (
	"context"
	"errors"
	"io/fs"
	"syscall"
	"testing"
)

const stat = "4711 (a (strange) name) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 8812345 1 2"

func TestParseStat(t *testing.T) {
	s, err := parseStat([]byte(stat))
	if want := (status{'S', 1, 4711, "8812345"}); s != want || err != nil {
		t.Errorf("parseStat = %+v, %v", s, err)
	}
}

func FuzzParseStat(f *testing.F) {
	f.Add([]byte(stat))
	f.Add([]byte("1 (x) S"))
	f.Add([]byte(""))
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := parseStat(b); err == nil && s.ticks == "" {
			t.Error("no error and no ticks")
		}
	})
}

// noFiles keeps this process from opening files until the test ends.
func noFiles(t *testing.T) {
	t.Helper()
	var before syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &syscall.Rlimit{Cur: 0, Max: before.Max}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &before); err != nil {
			t.Error(err)
		}
	})
}

func TestWhoCannotBeSeenIsNotDead(t *testing.T) {
	c, _, err := start(t, func(Identity) error { return nil }, "/bin/sleep", "60")
	if err != nil {
		t.Fatal(err)
	}
	other := Identity{c.PID, c.Start + "0"}
	t.Run("too many open files", func(t *testing.T) {
		noFiles(t)
		if _, err := Of(c.PID); !errors.Is(err, syscall.EMFILE) {
			t.Fatalf("Of = %v", err)
		}
		if !c.Alive() {
			t.Error("it is taken for dead")
		}
		ctx, cancel := context.WithTimeout(t.Context(), 2*pollEvery)
		defer cancel()
		if err := c.Identity.Wait(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Wait = %v", err)
		}
		for _, id := range []Identity{c.Identity, other} {
			if err := id.Signal(syscall.SIGKILL); !errors.Is(err, syscall.EMFILE) {
				t.Errorf("Signal to %v = %v", id, err)
			}
		}
	})
	if !c.Alive() || other.Alive() {
		t.Errorf("later: alive %t, somebody else %t", c.Alive(), other.Alive())
	}
}

func TestWhoHasEndedIsSeenWithoutFiles(t *testing.T) {
	c, _, err := start(t, func(Identity) error { return nil }, "/bin/true")
	if err != nil {
		t.Fatal(err)
	}
	c.Wait()
	noFiles(t)
	if c.Alive() {
		t.Error("it is taken for alive")
	}
}

func TestUnseen(t *testing.T) {
	hidden := &fs.PathError{Op: "open", Path: "/proc/4711/stat", Err: syscall.ENOENT}
	for name, tt := range map[string]struct{ err, kill, want error }{
		"no such process":               {hidden, syscall.ESRCH, ErrGone},
		"ended while it was read":       {syscall.ESRCH, syscall.ESRCH, ErrGone},
		"ended while nothing is opened": {syscall.EMFILE, syscall.ESRCH, ErrGone},
		"another user's, hidden":        {hidden, syscall.EPERM, errForeign},
		"another user's, closed":        {syscall.EPERM, syscall.EPERM, errForeign},
		"another user's, unreadable":    {syscall.EMFILE, syscall.EPERM, syscall.EMFILE},
		"ours, hidden":                  {hidden, nil, hidden},
		"ours, unreadable":              {syscall.EMFILE, nil, syscall.EMFILE},
	} {
		if got := unseen(tt.err, tt.kill); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

func TestSinceBoot(t *testing.T) {
	for name, tt := range map[string]struct {
		err  error
		want string
		ok   bool
	}{
		"readable":  {nil, "12@boot", true},
		"not there": {fs.ErrNotExist, "12", true},
		"forbidden": {syscall.EACCES, "12", true},
		"not now":   {syscall.EMFILE, "", false},
	} {
		got, err := sinceBoot("12", func(string) ([]byte, error) { return []byte("boot\n"), tt.err })
		if got != tt.want || (err == nil) != tt.ok {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
