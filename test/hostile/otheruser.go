package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// callLimit is how long one call of the command line may take. A planted pipe
// that makes it wait is a success for the attacker.
const callLimit = 40 * time.Second

// token is the secret that nobody else may see.
const token = "hunter2-of-the-victim"

// victim is somebody who works on a machine where another user is hostile: we,
// as root, with a real app, a real agent and folders that nobody plants in.
type victim struct {
	dir    string // of root alone, but everybody may look
	shared string // as /tmp: everybody may put files there
	cli    string
	state  string
	env    []string
}

// otherUser plays another local user, the uid of nobody, against root.
func otherUser(ctx context.Context, r *report) error {
	if why := cannotBeNobody(); why != "" {
		r.skipChapter(why)
		return nil
	}
	v, err := newVictim(ctx)
	if err != nil {
		return err
	}
	defer v.stopAgent()
	for _, c := range []struct {
		name string
		try  func(*victim, context.Context) error
	}{
		{"a configuration in a shared folder above", (*victim).configurationAbove},
		{"a configuration in nobody's folder", (*victim).configurationOfNobody},
		{"a named pipe as configuration", (*victim).configurationPipe},
		{"go.work and go.mod in the folder for temporary files", (*victim).moduleAbove},
		{"nobody's state folder, with an agent of nobody's", (*victim).stateOfNobody},
		{"nobody's folder as home", (*victim).homeOfNobody},
		{"connect to the agent", (*victim).connectToAgent},
		{"connect to the agent through an open folder", (*victim).connectOpen},
		{"read the state folder", (*victim).readSecrets},
		{"a link in the state folder", (*victim).plantLink},
	} {
		r.checkCase(c.name, c.try(v, ctx))
	}
	return nil
}

func newVictim(ctx context.Context) (v *victim, err error) {
	dir, err := os.MkdirTemp("/tmp", "hostile-otheruser-")
	if err != nil {
		return nil, err
	}
	v = &victim{dir: dir, shared: filepath.Join(dir, "shared"), cli: filepath.Join(dir, "version-manager"), state: filepath.Join(dir, "states", "state")}
	v.env = append(os.Environ(), "XDG_STATE_HOME="+filepath.Join(dir, "states"), "VERSION_MANAGER_STATE=", "VERSION_MANAGER_TARGET=", "SUDO_UID=", "TOKEN="+token,
		"GIT_AUTHOR_NAME=victim", "GIT_AUTHOR_EMAIL=victim@localhost", "GIT_COMMITTER_NAME=victim", "GIT_COMMITTER_EMAIL=victim@localhost")
	defer func() {
		if err != nil {
			v.stopAgent()
		}
	}()
	if err := errors.Join(os.Chmod(dir, 0o755), os.Mkdir(v.shared, 0o700), os.Chmod(v.shared, 0o777|os.ModeSticky)); err != nil {
		return nil, err
	}
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", v.cli, "version-manager/cmd/version-manager").CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the command line: %w\n%s", err, out)
	}
	return v, v.deployApp(ctx)
}

// deployApp makes the victim's app run, with a secret.
func (v *victim) deployApp(ctx context.Context) error {
	project := v.projectDir()
	for name, content := range map[string]string{"go.mod": "module shop\n\ngo 1.24\n", "main.go": shopSource} {
		if err := errors.Join(os.MkdirAll(project, 0o755), os.WriteFile(filepath.Join(project, name), []byte(content), 0o644)); err != nil {
			return err
		}
	}
	if err := v.writeConfig(); err != nil {
		return err
	}
	if out, err := exec.CommandContext(ctx, "git", "-C", project, "init", "--quiet").CombinedOutput(); err != nil {
		return fmt.Errorf("git init: %w\n%s", err, out)
	}
	for _, args := range [][]string{{"create", "v1.0.0", "-m", "first"}, {"deploy", "v1.0.0"}} {
		if out, err := v.runCommand(ctx, project, nil, append(args, "--state", v.state)...); err != nil {
			return fmt.Errorf("%v: %w\n%s", args, err, out)
		}
	}
	return nil
}

// writeConfig writes a configuration with ports that are free now.
func (v *victim) writeConfig() error {
	port, err := freePorts(2)
	if err != nil {
		return err
	}
	content := fmt.Sprintf("name: shop\nbuild: {package: .}\nsecrets: [TOKEN]\nbake: 1s\nlocal: {app: %d, ingress: [%d]}\n", port[0], port[1])
	return os.WriteFile(filepath.Join(v.projectDir(), "version-manager.yaml"), []byte(content), 0o644)
}

func (v *victim) projectDir() string { return filepath.Join(v.dir, "project") }

func (v *victim) stopAgent() {
	ctx, cancel := context.WithTimeout(context.Background(), callLimit)
	defer cancel()
	if _, err := os.Stat(v.state); err == nil {
		_, _ = v.runCommand(ctx, v.projectDir(), nil, "cleanup", "--yes", "--state", v.state) // it is removed anyway
	}
	os.RemoveAll(v.dir)
}

// runCommand runs the command line as the victim does.
func (v *victim) runCommand(ctx context.Context, dir string, env []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, callLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, v.cli, args...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, append(v.env, env...), time.Second
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	if ctx.Err() != nil {
		err = fmt.Errorf("it hung: %w", context.Cause(ctx))
	}
	return out.String(), err
}

// checkRefused wants a call to fail, by itself and with a word about it.
func (v *victim) checkRefused(ctx context.Context, dir, word string, args ...string) error {
	out, err := v.runCommand(ctx, dir, nil, args...)
	if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() < 1 {
		return fmt.Errorf("%v was not refused: %v\n%s", args, err, out)
	}
	if !strings.Contains(out, word) {
		return fmt.Errorf("%v does not say %q\n%s", args, word, out)
	}
	return nil
}

func freePorts(n int) (ports []int, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports, nil
}

const shopSource = `package main

import (
	"fmt"
	"net/http"
	"os"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "shop") })
	panic(http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), nil))
}
`
