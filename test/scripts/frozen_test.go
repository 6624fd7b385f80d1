package scripts_test

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// frozen stops a program, the agent and all that it runs, as a machine does
// that is put to sleep, once the program's output matches, lets them go on
// after a while, and wants exit code 0: frozen TIME PATTERN PROGRAM ARGS...
func frozen(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: frozen TIME PATTERN PROGRAM ARGS...")
	}
	sleep, err := time.ParseDuration(args[0])
	ts.Check(err)
	p := start(ts, args[2:])
	p.waitFor(ts, args[1])
	time.Sleep(300 * time.Millisecond) // into the middle of what began
	pids := append(runningIn(ts, ts.Getenv("WORK")), p.cmd.Process.Pid)
	signalAll(pids, syscall.SIGSTOP)
	time.Sleep(sleep)
	signalAll(pids, syscall.SIGCONT)
	if code := p.wait(ts); code != 0 {
		ts.Fatalf("exit code %d:\n%s", code, p.err)
	}
}

func signalAll(pids []int, s syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, s) // one that has ended needs no signal
	}
}

// runningIn lists the processes whose command line names the folder.
func runningIn(ts *testscript.TestScript, dir string) (pids []int) {
	out, err := exec.Command("ps", "-A", "-o", "pid=,args=").Output()
	ts.Check(err)
	for line := range strings.Lines(string(out)) {
		if fields := strings.Fields(line); strings.Contains(line, dir) && len(fields) > 0 {
			pid, err := strconv.Atoi(fields[0])
			ts.Check(err)
			pids = append(pids, pid)
		}
	}
	return pids
}
