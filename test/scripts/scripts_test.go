// Package scripts_test runs the command line as people do: every .txtar file
// here is a story with real repositories, a real agent and real deploys. The
// stories are the specification of version-manager's commands.
//
// Each runs in a folder of its own with free ports, and ends what it started.
// README.md has the commands that are special to these scripts.
package scripts_test

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"version-manager/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"version-manager": func() { os.Exit(cli.Main(os.Args[1:])) },
	})
}

func TestScripts(t *testing.T) {
	if testing.Short() {
		t.Skip("the scripts build and deploy apps")
	}
	fixture := newFixture(t)
	buildSidecar(t)
	testscript.Run(t, testscript.Params{
		Dir:                 ".",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setup(t),
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"app":         fixture.app,
			"version":     fixture.version,
			"exits":       exits,
			"expired":     expired,
			"freeport":    freeport,
			"frozen":      frozen,
			"hold":        hold,
			"http":        httpGet,
			"interrupted": interrupted,
			"killed":      killed,
			"listen":      listen,
			"page":        runPage(repositoryRoot(t)),
			"rebooted":    rebooted,
			"until":       until,
		},
	})
}

// buildSidecar puts what pods run beside the program under test, which is
// linked with a C library where the tests are.
func buildSidecar(t *testing.T) {
	program, err := exec.LookPath("version-manager")
	if err != nil {
		t.Fatal(err)
	}
	file := program + "-linux-" + runtime.GOARCH
	cmd := exec.CommandContext(t.Context(), "go", "build", "-o", file, "../../cmd/version-manager")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("build what pods run: %v\n%s", err, out)
	}
}

// setup gives a script the caches of the go command, an identity for git and
// no colors of the person who runs the tests.
func setup(t *testing.T) func(*testscript.Env) error {
	out, err := exec.CommandContext(t.Context(), "go", "env", "GOCACHE", "GOMODCACHE", "GOPROXY").Output()
	if err != nil {
		t.Fatal("go env: ", err)
	}
	goenv := strings.Split(strings.TrimSpace(string(out)), "\n")
	return func(e *testscript.Env) error {
		for _, dir := range []string{e.WorkDir, filepath.Dir(e.WorkDir)} {
			if err := os.Chmod(dir, 0o711); err != nil { // an app of root's runs as somebody else
				return err
			}
		}
		e.Setenv("GOCACHE", goenv[0])
		e.Setenv("GOMODCACHE", goenv[1])
		e.Setenv("GOPROXY", goenv[2])
		for _, who := range []string{"AUTHOR", "COMMITTER"} {
			e.Setenv("GIT_"+who+"_NAME", "Ada")
			e.Setenv("GIT_"+who+"_EMAIL", "ada@example.com")
		}
		e.Setenv("GIT_CONFIG_NOSYSTEM", "1")
		states := filepath.Join(e.WorkDir, "states")
		if err := os.MkdirAll(filepath.Join(states, "version-manager"), 0o755); err != nil { // the app's user may pass, so that all is in one place
			return err
		}
		e.Setenv("XDG_STATE_HOME", states)
		e.Setenv("LANG", "C.UTF-8")
		e.Setenv("USER", "ada")
		for _, name := range []string{"LC_ALL", "LC_CTYPE", "NO_COLOR", "TERM", "VERSION_MANAGER_STATE", "VERSION_MANAGER_TARGET", "KUBECONFIG", "GEMINI_API_KEY"} {
			e.Setenv(name, "")
		}
		e.Defer(func() { endAgents(e.WorkDir) })
		return nil
	}
}

// endAgents removes the state folders that a script left behind: an agent
// whose folder is gone ends everything that it runs.
func endAgents(work string) {
	beside, _ := filepath.Glob(filepath.Join(work, "*", ".version-manager"))
	states, _ := filepath.Glob(filepath.Join(work, "states", "version-manager", "*"))
	for _, state := range append(beside, states...) {
		_ = os.RemoveAll(state) // the work folder is removed after this anyway
	}
}

// exits runs a program and wants this exit code: exits CODE PROGRAM ARGS...
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARGS...")
	}
	if got := fmt.Sprint(codeOf(ts, ts.Exec(args[1], args[2:]...))); got != args[0] {
		ts.Fatalf("exit code %s, want %s", got, args[0])
	}
}

func codeOf(ts *testscript.TestScript, err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	ts.Check(err)
	return 0
}
