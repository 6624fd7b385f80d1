package scripts_test

import (
	"io"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"syscall"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// killAll kills until nothing is left: a process that is just being started is
// not in the list yet.
func killAll(ts *testscript.TestScript) {
	for deadline := time.Now().Add(stepTimeout); ; time.Sleep(10 * time.Millisecond) {
		pids := runningIn(ts, ts.Getenv("WORK"))
		if len(pids) == 0 {
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("something survives SIGKILL")
		}
		signalAll(pids, syscall.SIGKILL)
	}
}

// rebooted kills all processes of the script, as a reboot does, then runs what
// the generated unit runs, with the unit's environment and nothing else, and
// wants an answer that matches within two seconds, or more where the machine is
// so busy that even starting a program takes its time: rebooted URL PATTERN
func rebooted(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: rebooted URL PATTERN")
	}
	unit, err := command(ts, []string{"version-manager", "agent", "install", "--print"}).Output()
	ts.Check(err)
	argv, env := parseUnit(string(unit))
	if len(argv) == 0 {
		ts.Fatalf("no ExecStart in\n%s", unit)
	}
	within := 2 * time.Second * max(1, startTime(ts)/(100*time.Millisecond))
	killAll(ts)
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = env, "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	began := time.Now()
	ts.Check(cmd.Start())
	go cmd.Wait() // it ends with the state folder
	ts.Defer(func() { _ = cmd.Process.Kill() })
	want := regexp.MustCompile(args[1])
	for answer := ""; !want.MatchString(answer); time.Sleep(10 * time.Millisecond) {
		if time.Since(began) > within {
			ts.Fatalf("no such answer within %s: %s", within, answer)
		}
		answer = body(args[0])
	}
	ts.Logf("answered %s after the start of the unit", time.Since(began).Round(time.Millisecond))
}

// startTime is how long it takes to start the program, which says how busy this
// machine is.
func startTime(ts *testscript.TestScript) time.Duration {
	began := time.Now()
	ts.Check(command(ts, []string{"version-manager", "version"}).Run())
	return time.Since(began)
}

func body(url string) string {
	client := http.Client{Timeout: time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	res, err := client.Get(url)
	if err != nil {
		return err.Error()
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, 1<<16))
	if err != nil {
		return err.Error()
	}
	return string(b)
}

// parseUnit reads the program and the environment of a unit as systemd does.
func parseUnit(unit string) (argv, env []string) {
	for line := range strings.Lines(unit) {
		line = strings.TrimSpace(line)
		if rest, ok := strings.CutPrefix(line, "ExecStart="); ok {
			for _, w := range splitWords(rest) {
				argv = append(argv, strings.ReplaceAll(w, "$$", "$"))
			}
		}
		if rest, ok := strings.CutPrefix(line, "Environment="); ok {
			env = append(env, splitWords(rest)...)
		}
	}
	return argv, env
}

func splitWords(line string) (words []string) {
	word, quoted, any := "", false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			quoted, any = !quoted, true
		case c == '\\' && i+1 < len(line):
			i++
			word += string(line[i])
		case c == '%' && strings.HasPrefix(line[i:], "%%"):
			i++
			word += "%"
		case c == ' ' && !quoted:
			if word != "" || any {
				words = append(words, word)
			}
			word, any = "", false
		default:
			word += string(c)
		}
	}
	return append(words, word)
}
