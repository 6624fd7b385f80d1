package scripts_test

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// stepTimeout is how long a script waits for what should take moments.
const stepTimeout = 30 * time.Second

// samePressWindow is longer than the time within which two Ctrl-C count as one.
const samePressWindow = 100 * time.Millisecond

// freeport sets variables to ports that were free a moment ago:
// freeport NAME...
func freeport(ts *testscript.TestScript, neg bool, args []string) {
	var held []net.Listener // all at once, so that they differ
	for _, name := range args {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		ts.Check(err)
		held = append(held, l)
		ts.Setenv(name, strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
	}
	for _, l := range held {
		l.Close()
	}
}

// listen takes a port until the end of the script: listen PORT
func listen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: listen PORT")
	}
	l, err := net.Listen("tcp", "127.0.0.1:"+args[0])
	ts.Check(err)
	ts.Defer(func() { l.Close() })
}

// httpGet asks and wants an answer that the pattern matches: http URL PATTERN
// With ! it wants none.
func httpGet(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: [!] http URL PATTERN")
	}
	answer := get(args[0])
	if regexp.MustCompile(args[1]).MatchString(answer) == neg {
		ts.Fatalf("%s answers:\n%s", args[0], answer)
	}
}

// get returns status, header fields and body of an answer, or the error.
func get(url string) string {
	client := http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	resp, err := client.Get(url)
	if err != nil {
		return "error: " + err.Error()
	}
	defer resp.Body.Close()
	var b strings.Builder
	fmt.Fprintln(&b, resp.Status)
	_ = resp.Header.Write(&b) // a strings.Builder takes everything
	if _, err := io.Copy(&b, resp.Body); err != nil {
		return "error: " + err.Error()
	}
	return b.String()
}

// until runs a program again and again until its output matches:
// until PATTERN PROGRAM ARGS...
func until(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: until PATTERN PROGRAM ARGS...")
	}
	pattern := regexp.MustCompile(args[0])
	for deadline := time.Now().Add(stepTimeout); ; time.Sleep(50 * time.Millisecond) {
		cmd := command(ts, args[1:])
		out, _ := cmd.CombinedOutput() // its exit code is not what is waited for
		if pattern.Match(out) {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%q is not in\n%s", args[0], out)
		}
	}
}

func command(ts *testscript.TestScript, args []string) *exec.Cmd {
	path, err := exec.LookPath(args[0])
	ts.Check(err)
	cmd := exec.Command(path, args[1:]...)
	cmd.Args[0] = args[0]
	cmd.Dir = ts.MkAbs(".")
	for _, name := range []string{
		"PATH", "HOME", "XDG_STATE_HOME", "TMPDIR", "WORK", "GOCACHE", "GOMODCACHE", "GOPROXY", "LANG", "USER", "GIT_CONFIG_NOSYSTEM",
	} {
		cmd.Env = append(cmd.Env, name+"="+ts.Getenv(name))
	}
	return cmd
}

// interrupted starts a program, presses Ctrl-C so many times once its output
// matches, and wants this exit code. Before the second time it waits for what
// follows in PATTERN behind " then ":
// interrupted TIMES CODE PATTERN PROGRAM ARGS...
// Its outputs are left in the files stdout.txt and stderr.txt.
func interrupted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 4 {
		ts.Fatalf("usage: interrupted TIMES CODE PATTERN PROGRAM ARGS...")
	}
	times, err := strconv.Atoi(args[0])
	ts.Check(err)
	p := start(ts, args[3:])
	first, second, _ := strings.Cut(args[2], " then ")
	p.waitFor(ts, first)
	for i := range times {
		if i > 0 {
			p.waitFor(ts, second)
			time.Sleep(samePressWindow)
		}
		ts.Check(p.cmd.Process.Signal(os.Interrupt))
	}
	if got := fmt.Sprint(p.wait(ts)); got != args[1] {
		ts.Fatalf("exit code %s, want %s\n%s", got, args[1], p.err.String())
	}
}

// killed starts a program and kills it with SIGKILL once its output matches:
// killed PATTERN PROGRAM ARGS...
func killed(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: killed PATTERN PROGRAM ARGS...")
	}
	p := start(ts, args[1:])
	p.waitFor(ts, args[0])
	ts.Check(p.cmd.Process.Kill())
	p.wait(ts)
}

// process is a program that is watched while it runs.
type process struct {
	cmd      *exec.Cmd
	out, err *buffer
	ended    chan error
}

func start(ts *testscript.TestScript, args []string) *process {
	p := &process{cmd: command(ts, args), out: new(buffer), err: new(buffer), ended: make(chan error, 1)}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.err
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	ts.Check(p.cmd.Start())
	go func() { p.ended <- p.cmd.Wait() }()
	return p
}

func (p *process) waitFor(ts *testscript.TestScript, pattern string) {
	re := regexp.MustCompile(pattern)
	seen := func() bool { return re.MatchString(p.err.String()) || re.MatchString(p.out.String()) }
	for deadline := time.Now().Add(stepTimeout); !seen(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			_ = p.cmd.Process.Kill() // the script fails anyway
			ts.Fatalf("%q is not in\n%s", pattern, p.err)
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			if !seen() {
				ts.Fatalf("ended (%v) before %q appeared in\n%s", err, pattern, p.err)
			}
		default:
		}
	}
}

// wait returns the exit code, -1 for a signal.
func (p *process) wait(ts *testscript.TestScript) int {
	select {
	case <-p.ended:
	case <-time.After(stepTimeout):
		_ = p.cmd.Process.Kill() // the script fails anyway
		ts.Fatalf("does not end:\n%s", p.err)
	}
	ts.Check(os.WriteFile(ts.MkAbs("stdout.txt"), []byte(p.out.String()), 0o600))
	ts.Check(os.WriteFile(ts.MkAbs("stderr.txt"), []byte(p.err.String()), 0o600))
	return p.cmd.ProcessState.ExitCode()
}

// buffer is written by one goroutine and read by another.
type buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (b *buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}
