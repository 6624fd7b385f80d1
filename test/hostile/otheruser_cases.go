package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// strangersApp is a configuration whose program leaves a mark when it runs.
const strangersApp = "name: evil\nbuild: {image: image}\nkubernetes: {load: [touch, ran]}\n"

func (v *victim) configurationAbove(ctx context.Context) error {
	work := filepath.Join(v.shared, "work")
	err := errors.Join(os.MkdirAll(work, 0o755), asNobody(func() error {
		return os.WriteFile(filepath.Join(v.shared, "version-manager.yaml"), []byte(strangersApp), 0o644)
	}))
	if err != nil {
		return err
	}
	for _, args := range [][]string{{"list"}, {"status"}, {"deploy", "v1.0.0"}, {"create", "v1.0.0"}} {
		if err := v.checkRefused(ctx, work, "is ignored", args...); err != nil {
			return err
		}
	}
	return nil
}

func (v *victim) configurationOfNobody(ctx context.Context) error {
	theirs, err := v.nobodysFolder("theirs")
	if err != nil {
		return err
	}
	err = asNobody(func() error {
		return os.WriteFile(filepath.Join(theirs, "version-manager.yaml"), []byte(strangersApp), 0o644)
	})
	if err != nil {
		return err
	}
	return errors.Join(v.checkRefused(ctx, theirs, "another user could have written", "list"),
		v.checkRefused(ctx, v.dir, "another user could have written", "-C", theirs, "deploy", "v1.0.0"))
}

func (v *victim) configurationPipe(ctx context.Context) error {
	dir := filepath.Join(v.dir, "piped")
	if err := errors.Join(os.Mkdir(dir, 0o755), syscall.Mkfifo(filepath.Join(dir, "version-manager.yaml"), 0o600)); err != nil {
		return err
	}
	return v.checkRefused(ctx, dir, "is not a regular file", "list")
}

// moduleAbove: what nobody plants where a build may take place would break it
// if it was read.
func (v *victim) moduleAbove(ctx context.Context) error {
	err := asNobody(func() error {
		return errors.Join(os.WriteFile(filepath.Join(v.shared, "go.work"), []byte("nonsense\n"), 0o644),
			os.WriteFile(filepath.Join(v.shared, "go.mod"), []byte("nonsense\n"), 0o644))
	})
	if err != nil {
		return err
	}
	out, err := v.runCommand(ctx, v.projectDir(), []string{"TMPDIR=" + v.shared}, "create", "v1.1.0", "--from", "v1.0.0", "--state", v.state)
	if err != nil {
		return fmt.Errorf("create reads what nobody planted: %w\n%s", err, out)
	}
	return nil
}

// stateOfNobody: nobody listens as an agent does, and is told no secret.
func (v *victim) stateOfNobody(ctx context.Context) error {
	theirs, err := v.nobodysFolder("state")
	if err != nil {
		return err
	}
	var heard bytes.Buffer
	done, err := listenAsNobody(filepath.Join(theirs, "agent.sock"), &heard)
	if err != nil {
		return err
	}
	for _, args := range [][]string{{"status"}, {"deploy", "v1.0.0"}, {"list"}} {
		if err := v.checkRefused(ctx, v.projectDir(), "another user could have written", append(args, "--state", theirs)...); err != nil {
			return err
		}
	}
	if done(); heard.Len() > 0 {
		return fmt.Errorf("nobody was told %q", heard.String())
	}
	return nil
}

func (v *victim) homeOfNobody(ctx context.Context) error {
	theirs, err := v.nobodysFolder("home")
	if err != nil {
		return err
	}
	for _, env := range []string{"HOME=" + theirs, "XDG_STATE_HOME=" + theirs} {
		out, err := v.runCommand(ctx, v.projectDir(), []string{"XDG_STATE_HOME=", env}, "state", "-q")
		if err != nil || strings.Contains(out, theirs) {
			return fmt.Errorf("with %s the state is in %s (%v)", env, out, err)
		}
	}
	return nil
}

func (v *victim) socketPath() string { return filepath.Join(v.state, "agent.sock") }

func (v *victim) connectToAgent(context.Context) error {
	if err := asNobody(func() error { return askAgent(v.socketPath()) }); err == nil {
		return errors.New("nobody may talk to the agent")
	}
	return askAgent(v.socketPath()) // and its owner may
}

// connectOpen is connect where somebody has opened the folder by mistake.
func (v *victim) connectOpen(context.Context) error {
	open := func(dir, socket fs.FileMode) error {
		return errors.Join(os.Chmod(filepath.Dir(v.state), dir), os.Chmod(v.state, dir), os.Chmod(v.socketPath(), socket))
	}
	if err := open(0o755, 0o666); err != nil {
		return err
	}
	err := asNobody(func() error { return askAgent(v.socketPath()) })
	if closed := open(0o700, 0o600); closed != nil || err == nil {
		return errors.Join(errors.New("the agent answers nobody"), closed)
	}
	return nil
}

// askAgent wants an answer from an agent.
func askAgent(socket string) error {
	c, err := net.Dial("unix", socket)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
		return err
	}
	if _, err := fmt.Fprint(c, "GET /v1/apps/shop HTTP/1.1\r\nHost: agent\r\n\r\n"); err != nil {
		return err
	}
	_, err = c.Read(make([]byte, 1))
	return err
}

// readSecrets tries every file of the state folder, and the processes' environment.
func (v *victim) readSecrets(context.Context) error {
	var files []string
	err := filepath.WalkDir(v.state, func(path string, e fs.DirEntry, err error) error {
		if err == nil && e.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	environs, _ := filepath.Glob("/proc/[0-9]*/environ") // the pattern is well formed
	if err != nil || len(files) < 5 {
		return fmt.Errorf("only %d files are in the state folder: %v", len(files), err)
	}
	var seen []string
	err = asNobody(func() error {
		for _, file := range append(files, environs...) {
			if content, err := os.ReadFile(file); err == nil && (bytes.Contains(content, []byte(token)) || strings.HasPrefix(file, v.state)) {
				seen = append(seen, file)
			}
		}
		return nil
	})
	if len(seen) > 0 {
		return fmt.Errorf("nobody can read %v", seen)
	}
	return err
}

// plantLink: a state folder that has nobody's file as its log.
func (v *victim) plantLink(ctx context.Context) error {
	theirs := filepath.Join(v.shared, "log")
	if err := asNobody(func() error { return os.WriteFile(theirs, nil, 0o666) }); err != nil {
		return err
	}
	state := filepath.Join(v.dir, "states", "linked")
	if out, err := v.runCommand(ctx, v.projectDir(), nil, "create", "v1.0.0", "--state", state); err != nil {
		return fmt.Errorf("create: %w\n%s", err, out)
	}
	if err := errors.Join(v.writeConfig(), os.Symlink(theirs, filepath.Join(state, "agent.log"))); err != nil {
		return err
	}
	if err := v.checkRefused(ctx, v.projectDir(), "not a regular file", "deploy", "v1.0.0", "--state", state); err != nil {
		return err
	}
	if info, err := os.Stat(theirs); err != nil || info.Size() > 0 {
		return fmt.Errorf("the agent wrote to nobody's file: %v", err)
	}
	return nil
}

// nobodysFolder is a folder of nobody's in the shared one.
func (v *victim) nobodysFolder(name string) (string, error) {
	dir := filepath.Join(v.shared, name)
	return dir, asNobody(func() error { return os.Mkdir(dir, 0o755) })
}
