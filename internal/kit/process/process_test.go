package process

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

func start(t *testing.T, record func(Identity) error, argv ...string) (*Child, string, error) {
	t.Helper()
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c, err := Start(Command{Argv: argv, Env: []string{"COLOR=blue"}, Dir: t.TempDir(), Output: out}, record)
	if err == nil {
		t.Cleanup(func() { _ = c.Signal(syscall.SIGKILL) })
	}
	return c, out.Name(), err
}

func TestStartRecordsBeforeTheProgramRuns(t *testing.T) {
	var recorded Identity
	c, out, err := start(t, func(id Identity) error { recorded = id; return nil },
		"/bin/sh", "-c", `echo "$COLOR$HOME $1"; exit 3`, "sh", "an argument")
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Wait(); got != "exit status 3" {
		t.Errorf("Wait() = %q", got)
	}
	if recorded != c.Identity || recorded.Alive() {
		t.Errorf("recorded %+v of %+v, alive: %v", recorded, c.Identity, recorded.Alive())
	}
	if text, _ := os.ReadFile(out); string(text) != "blue an argument\n" {
		t.Errorf("output = %q", text)
	}
}

func TestStartWithoutRecordRunsNothing(t *testing.T) {
	full := errors.New("disk full")
	ran := filepath.Join(t.TempDir(), "ran")
	_, _, err := start(t, func(Identity) error { return full }, "/bin/sh", "-c", "touch "+ran)
	if !errors.Is(err, full) {
		t.Errorf("Start = %v", err)
	}
	if _, err := os.Stat(ran); err == nil {
		t.Error("the program ran")
	}
}

func TestSignalReachesTheGroupAndWaitSeesTheEnd(t *testing.T) {
	c, _, err := start(t, func(Identity) error { return nil }, "/bin/sh", "-c", "sleep 60 & wait")
	if err != nil {
		t.Fatal(err)
	}
	adopted, err := Of(c.PID)
	if err != nil || adopted != c.Identity {
		t.Fatalf("Of(%d) = %+v, %v, want %+v", c.PID, adopted, err, c.Identity)
	}
	ended := make(chan string, 1)
	go func() { ended <- c.Wait() }()
	if err := adopted.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := adopted.Wait(ctx); err != nil {
		t.Errorf("Wait = %v", err)
	}
	if got := waittest.Receive(t, ended); !strings.Contains(got, "killed") {
		t.Errorf("ended with %q", got)
	}
	if err := adopted.Signal(syscall.SIGTERM); !errors.Is(err, ErrGone) {
		t.Errorf("Signal after the end = %v", err)
	}
}

func TestAReusedNumberIsAnotherProcess(t *testing.T) {
	self, err := Of(os.Getpid())
	if err != nil || !self.Alive() {
		t.Fatalf("Of(self) = %+v, %v", self, err)
	}
	other := Identity{self.PID, self.Start + "0"}
	if other.Alive() {
		t.Error("a process with another start counts as the same")
	}
	if err := other.Signal(syscall.SIGKILL); !errors.Is(err, ErrGone) {
		t.Errorf("Signal = %v", err) // had it been sent, nobody would read this
	}
}

// TestNameOfProgram: one without a slash is looked up in $PATH, as a shell
// does, and one that is not there is an error before anything starts.
func TestNameOfProgram(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	start := func(argv ...string) (*Child, error) {
		return Start(Command{Argv: argv, Dir: "/", Output: out}, func(Identity) error { return nil })
	}
	c, err := start("sh", "-c", "echo $0")
	if err != nil {
		t.Fatal(err)
	}
	if how := c.Wait(); how != "exit status 0" {
		t.Error(how)
	}
	if said, err := os.ReadFile(out.Name()); string(said) != "sh\n" || err != nil {
		t.Errorf("output %q, %v", said, err)
	}
	if _, err := start("no-such-program"); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("got %v", err)
	}
}
