package process

import (
	"context"
	"crypto/rand"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// startGroup starts a shell script whose processes write their numbers, and
// returns when it has written n of them.
func startGroup(t *testing.T, script string, n int) (g Group, pids []int, end <-chan string) {
	t.Helper()
	out := filepath.Join(t.TempDir(), "pids")
	f, err := os.Create(out)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	mark := rand.Text()
	c, err := Start(Command{Argv: []string{"/bin/sh", "-c", script}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: "/", Output: f, Mark: mark},
		func(Identity) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	g = Group{Leader: c.Identity, Mark: mark}
	t.Cleanup(func() { _ = g.Signal(syscall.SIGKILL) })
	ended := make(chan string, 1)
	go func() { ended <- c.Wait() }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		b, _ := os.ReadFile(out)
		if words := strings.Fields(string(b)); len(words) == n {
			for _, w := range words {
				pid, err := strconv.Atoi(w)
				if err != nil {
					t.Fatalf("output %q", b)
				}
				pids = append(pids, pid)
			}
			return g, pids, ended
		}
		if time.Now().After(deadline) {
			t.Fatalf("output %q, want %d numbers", b, n)
		}
	}
}

func gone(t *testing.T, g Group, pids []int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := g.Wait(ctx); err != nil {
		t.Error("something of the group still runs")
	}
	for _, pid := range pids {
		if id, err := Of(pid); err == nil {
			t.Errorf("%v still runs", id)
		}
	}
}

// killGroup kills a group that runs, all of it.
func killGroup(t *testing.T, g Group, pids []int) {
	t.Helper()
	if err := g.Gone(); err == nil {
		t.Error("it counts as gone")
	}
	if err := g.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	gone(t, g, pids)
	if err := g.Signal(syscall.SIGKILL); err != ErrGone {
		t.Errorf("signal after the end: %v", err)
	}
}

// What a program starts ends with it, also when the program has ended first,
// and on Linux also when it has a session of its own.
func TestGroup(t *testing.T) {
	scripts := map[string]string{
		"a child":          `sh -c 'echo $$; exec sleep 60' & echo $$; wait`,
		"after the leader": `sh -c 'echo $$; exec sleep 60' & echo $$`,
	}
	if runtime.GOOS == "linux" {
		scripts["a session of its own"] = `setsid sh -c 'echo $$; exec sleep 60' & echo $$; wait`
		scripts["a session, after the leader"] = `setsid sh -c 'echo $$; exec sleep 60' & echo $$`
		scripts["a session and no environment"] = `(env -i setsid sh -c 'echo $$; exec sleep 60' &) ; echo $$; exec sleep 60`
		scripts["below one with a mark"] = `setsid sh -c 'env -i sh -c "echo \$\$; exec sleep 60" & wait' & sleep 0.1; echo $$`
	}
	for name, script := range scripts {
		t.Run(name, func(t *testing.T) {
			g, pids, ended := startGroup(t, script, 2)
			if strings.HasSuffix(name, "leader") {
				waittest.Receive(t, ended)
			}
			killGroup(t, g, pids)
		})
	}
}

// A number that the system has given to another process means that one no more.
func TestGroupOfAReusedNumber(t *testing.T) {
	g, pids, _ := startGroup(t, `echo $$; exec sleep 60`, 1)
	other := Group{Leader: Identity{pids[0], g.Leader.Start + "0"}, Mark: "other"}
	if err := other.Gone(); err != nil {
		t.Errorf("not gone: %v", err)
	}
	if err := other.Signal(syscall.SIGKILL); err != ErrGone || !g.Leader.Alive() {
		t.Errorf("signal: %v, alive: %t", err, g.Leader.Alive())
	}
}

// Arguments and variables arrive as they are, whatever a shell would do to
// them.
func TestLaunchPassesBytes(t *testing.T) {
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	env := []string{"my.dotted-name=1", "1digit=2", "BINARY=\xff\xfe\n\r", "SPACE NAME=3", "EMPTY=", "PWD=/nowhere", "VALUE=a=b"}
	c, err := Start(Command{Argv: []string{"/usr/bin/env", "-0"}, Env: env, Dir: "/", Output: out}, func(Identity) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	if how := c.Wait(); how != "exit status 0" {
		t.Fatal(how)
	}
	got, err := os.ReadFile(out.Name())
	if want := strings.Join(env, "\x00") + "\x00"; string(got) != want || err != nil {
		t.Errorf("environment %q, %v, want %q", got, err, want)
	}
}

func TestLaunchWhatIsNotThere(t *testing.T) {
	c, out, err := start(t, func(Identity) error { return nil }, "/no/such/program")
	if err != nil {
		t.Fatal(err)
	}
	how := c.Wait()
	if text, _ := os.ReadFile(out); how != "exit status 127" || !strings.Contains(string(text), "start program: no such file or directory") {
		t.Errorf("%s: %q", how, text)
	}
}

// An agent that dies while it writes an order starts nothing.
func TestOrderMustBeWhole(t *testing.T) {
	for text, ok := range map[string]bool{
		`{"argv":["YQ=="],"env":[]}`: true, `{"argv":["YQ=="],"env":[]`: false, `{"argv":[]}`: false, ``: false, `{}`: false,
	} {
		if _, err := readOrder(strings.NewReader(text)); (err == nil) != ok {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func FuzzOrder(f *testing.F) {
	f.Add([]byte(`{"argv":["YQ=="],"env":["QT0x"],"user":{"uid":1,"gid":1,"groups":[2]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if o, err := readOrder(strings.NewReader(string(b))); err == nil && len(o.Argv) == 0 {
			t.Error("an order without a program")
		}
	})
}

func TestLaunchAsAnotherUser(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root may")
	}
	out, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	c, err := Start(Command{Argv: []string{"/bin/sh", "-c", "id -u; id -g; id -G"}, Env: []string{"PATH=/usr/bin:/bin"}, Dir: "/", Output: out,
		User: &User{UID: 4711, GID: 4712, Groups: []int{4713}}}, func(Identity) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	how := c.Wait()
	if text, _ := os.ReadFile(out.Name()); how != "exit status 0" || string(text) != "4711\n4712\n4712 4713\n" {
		t.Errorf("%s: %q", how, text)
	}
}
