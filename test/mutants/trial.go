package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"version-manager/test/mutants/active"
)

const (
	minTestTimeout = 10 * time.Second // of a run with a mutant, whose loops may never end
	timeoutFactor  = 5                // how much longer than without a mutant it may take
)

// testCase is one top-level test of a binary, and what it is known to run.
type testCase struct {
	binary binary
	name   string
	took   time.Duration
	runs   []byte // byte N is 1: it runs the code of mutant N
}

func (t testCase) covers(id int) bool { return id < len(t.runs) && t.runs[id] == 1 }

// tracer runs every test once without a mutant and records what it runs.
type tracer struct{ work string }

func (tr tracer) traceTests(ctx context.Context, b binary) ([]testCase, error) {
	out, err := b.runTests(ctx, nil, "-test.list", ".*")
	if err != nil {
		return nil, fmt.Errorf("list the tests of %s: %w", b.dir, err)
	}
	var cases []testCase
	for name := range strings.Lines(string(out)) {
		name = strings.TrimSpace(name)
		if !strings.HasPrefix(name, "Test") && !strings.HasPrefix(name, "Fuzz") && !strings.HasPrefix(name, "Example") {
			continue
		}
		c, err := tr.traceTest(ctx, b, name)
		if err != nil {
			return nil, err
		}
		cases = append(cases, c)
	}
	return cases, nil
}

func (tr tracer) traceTest(ctx context.Context, b binary, name string) (testCase, error) {
	file := filepath.Join(tr.work, "trace")
	if err := os.RemoveAll(file); err != nil {
		return testCase{}, err
	}
	began := time.Now()
	out, err := b.runTests(ctx, []string{active.TraceVariable + "=" + file}, "-test.run", exactPattern(name), "-test.timeout", "5m")
	if err != nil {
		return testCase{}, fmt.Errorf("%s fails without any mutant: %w\n%s", name, err, out)
	}
	c := testCase{binary: b, name: name, took: time.Since(began)}
	c.runs, err = os.ReadFile(file)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return c, err
}

// fate is what became of a mutant.
type fate string

const (
	killed   fate = "killed"   // a test failed
	timedOut fate = "timeout"  // a test did not end, which counts as killed
	survived fate = "survived" // every test that runs the code passed
	notRun   fate = "not run"  // no test runs the code
)

// tryMutant runs the tests that run the code of a mutant, fastest first, until one
// fails.
func tryMutant(ctx context.Context, m mutant, cases []testCase) fate {
	covering := slices.DeleteFunc(slices.Clone(cases), func(c testCase) bool { return !c.covers(m.id) })
	if len(covering) == 0 {
		return notRun
	}
	slices.SortStableFunc(covering, func(a, b testCase) int { return int(a.took - b.took) })
	for _, c := range covering {
		limit := max(minTestTimeout, timeoutFactor*c.took)
		limited, cancel := context.WithTimeout(ctx, limit)
		_, err := c.binary.runTests(limited, []string{active.Variable + "=" + strconv.Itoa(m.id)}, "-test.run", exactPattern(c.name), "-test.failfast")
		ended := limited.Err()
		cancel()
		if err != nil && ended != nil {
			return timedOut
		}
		if err != nil {
			return killed
		}
	}
	return survived
}

func exactPattern(test string) string { return "^" + test + "$" }

// runTests runs the binary in a process group of its own, which ends with ctx.
func (b binary) runTests(ctx context.Context, env []string, args ...string) ([]byte, error) {
	var out bytes.Buffer
	cmd := exec.CommandContext(ctx, b.path, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = b.dir, append(os.Environ(), env...), &out, &out
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	return out.Bytes(), err
}
