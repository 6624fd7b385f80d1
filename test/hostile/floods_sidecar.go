package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// sidecarProcess is the real program, with the memory that its container has in
// a pod: in a control group where one can be made, else by what it is told.
type sidecarProcess struct {
	cmd     *exec.Cmd
	dir     string
	group   string // memory control group; empty: none
	traffic string // host:port
	admin   string
	ended   chan error
}

func startSidecar(ctx context.Context, r *report, app string) (*sidecarProcess, error) {
	dir, err := os.MkdirTemp("", "floods-")
	if err != nil {
		return nil, err
	}
	p := &sidecarProcess{dir: dir, ended: make(chan error, 1)}
	program := filepath.Join(dir, "version-manager")
	build := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/version-manager")
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build: %w\n%s", err, out)
	}
	if p.traffic, p.admin, err = twoAddresses(); err != nil {
		return nil, err
	}
	args := []string{program, "sidecar", "--listen=" + p.traffic, "--admin=" + p.admin, "--app=" + app, "--color=blue", "--health=/healthz"}
	env := append(os.Environ(), "HOME="+dir)
	if p.group, err = limitedGroup(sidecarMemory); err != nil {
		r.addNote("no control group, so the sidecar is told its limit: %v", err)
		env = append(env, "GOMEMLIMIT="+strconv.Itoa(sidecarMemory*9/10))
	} else {
		args = append([]string{"/bin/sh", "-c", `echo $$ > "$0" && exec "$@"`, filepath.Join(p.group, "cgroup.procs")}, args...)
	}
	p.cmd = exec.CommandContext(ctx, args[0], args[1:]...)
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = env, io.Discard, io.Discard
	p.cmd.Cancel = func() error { return p.cmd.Process.Signal(syscall.SIGKILL) }
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- p.cmd.Wait() }()
	return p, p.awaitCondition(ctx, "start", func() bool { _, err := p.readCounts(); return err == nil })
}

// twoAddresses are free at this moment.
func twoAddresses() (a, b string, err error) {
	one, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer one.Close()
	two, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", "", err
	}
	defer two.Close()
	return one.Addr().String(), two.Addr().String(), nil
}

// limitedGroup makes a control group with that limit, of version 2 or 1.
func limitedGroup(limit int64) (string, error) {
	name := "version-manager-floods-" + strconv.Itoa(os.Getpid())
	var errs []error
	for _, g := range []struct{ root, file string }{{"/sys/fs/cgroup", "memory.max"}, {"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}} {
		if _, err := os.Stat(filepath.Join(g.root, "cgroup.procs")); err != nil {
			errs = append(errs, err) // nothing is mounted there, or only others are below
			continue
		}
		dir := filepath.Join(g.root, name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			errs = append(errs, err)
			continue
		}
		err := setLimit(filepath.Join(dir, g.file), limit)
		if err == nil {
			return dir, nil
		}
		errs = append(errs, err, os.Remove(dir))
	}
	return "", errors.Join(errs...)
}

// setLimit writes to a file that the kernel has made.
func setLimit(file string, limit int64) error {
	f, err := os.OpenFile(file, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	_, err = io.WriteString(f, strconv.FormatInt(limit, 10))
	return errors.Join(err, f.Close())
}

func (p *sidecarProcess) stopSidecar() {
	_ = p.cmd.Process.Kill()
	<-p.ended
	if p.group != "" {
		for range 50 { // until the kernel has noticed
			if os.Remove(p.group) == nil {
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	_ = os.RemoveAll(p.dir)
}

type flowing struct {
	InFlight int `json:"inFlight"`
	Tunnels  int `json:"tunnels"`
}

func (p *sidecarProcess) readCounts() (c flowing, err error) {
	client := http.Client{Timeout: time.Second}
	res, err := client.Get("http://" + p.admin + "/counts")
	if err != nil {
		return c, err
	}
	defer res.Body.Close()
	return c, json.NewDecoder(io.LimitReader(res.Body, 1<<16)).Decode(&c)
}

// awaitQuiet returns when no request is in flight.
func (p *sidecarProcess) awaitQuiet(ctx context.Context) error {
	return p.awaitCondition(ctx, "end of what was in flight", func() bool { c, err := p.readCounts(); return err == nil && c == flowing{} })
}

func (p *sidecarProcess) awaitCondition(ctx context.Context, what string, ok func() bool) error {
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); {
		if ok() {
			return nil
		}
		select {
		case err := <-p.ended:
			p.ended <- err
			return fmt.Errorf("the sidecar ended: %v", err)
		default:
		}
		if err := sleepFor(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return errors.New("no " + what)
}

// memoryBytes and peakBytes are what is resident, in bytes.
func (p *sidecarProcess) memoryBytes() int64 { return p.readStatus("VmRSS:") }
func (p *sidecarProcess) peakBytes() int64   { return p.readStatus("VmHWM:") }

func (p *sidecarProcess) readStatus(field string) int64 {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, field); ok {
			n, _ := strconv.ParseInt(strings.Fields(rest)[0], 10, 64)
			return n << 10
		}
	}
	return 0
}
