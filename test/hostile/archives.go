package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	archiveMemory = 256 << 20        // bytes that a command may take for one archive
	archiveTime   = 20 * time.Second // for one archive

	archivesAtOnce = 3
)

// archiveCase is an archive that somebody made to do harm.
type archiveCase struct {
	name    string
	content func() ([]byte, error)
	want    string // what the error says; "" if it succeeds
	deploy  bool   // it does no harm before its layers are unpacked
}

// archiveLab is a machine for hostile archives: a program, and a folder beside
// everything that none of them may touch.
type archiveLab struct {
	dir     string
	program string
	env     []string
	most    atomic.Int64 // bytes of memory that any command took
}

// runArchives hands each archive of the corpus to the real create, and some to
// the real deploy, and looks at what they say, what they take and what they
// leave.
func runArchives(ctx context.Context, r *report) error {
	l, err := newArchiveLab(ctx)
	if err != nil {
		return err
	}
	defer os.RemoveAll(l.dir)
	var g errgroup.Group
	g.SetLimit(archivesAtOnce) // most of the time somebody waits for an agent
	for n, c := range archiveCorpus() {
		g.Go(func() error {
			if ctx.Err() == nil {
				r.checkCase(c.name, l.tryArchive(ctx, c, filepath.Join(l.dir, fmt.Sprint("case-", n))))
			}
			return ctx.Err()
		})
	}
	err = g.Wait()
	r.addNote("the most that a command took was %d MiB; %d are allowed", l.most.Load()>>20, archiveMemory>>20)
	return err
}

func newArchiveLab(ctx context.Context) (*archiveLab, error) {
	dir, err := os.MkdirTemp("", "hostile-archives-*")
	if err != nil {
		return nil, err
	}
	l := &archiveLab{dir: dir, program: filepath.Join(dir, "bin", "version-manager")}
	for name, text := range map[string]string{
		"outside/victim": "untouched",
		"gitconfig":      "[user]\n\tname = Ada\n\temail = ada@example.org\n",
	} {
		err = errors.Join(err, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755), os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	err = errors.Join(err, os.MkdirAll(filepath.Join(dir, "home"), 0o755))
	err = errors.Join(err, os.Chmod(dir, 0o755)) // an app of root's runs as somebody else
	l.env = append(os.Environ(), "HOME="+filepath.Join(dir, "home"), "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL="+filepath.Join(dir, "gitconfig"))
	build := exec.CommandContext(ctx, "go", "build", "-o", l.program, "./cmd/version-manager")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, buildErr := build.CombinedOutput(); buildErr != nil {
		err = errors.Join(err, fmt.Errorf("build the program: %w\n%s", buildErr, out))
	}
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return l, nil
}

// tryArchive makes a version of one archive, and deploys it where that is the point.
func (l *archiveLab) tryArchive(ctx context.Context, c archiveCase, dir string) error {
	content, err := c.content()
	if err != nil {
		return err
	}
	work := filepath.Join(dir, "work")
	defer os.RemoveAll(dir)
	if err := os.MkdirAll(tempOf(work), 0o755); err != nil {
		return err
	}
	if err := l.makeRepository(ctx, work, content); err != nil {
		return err
	}
	err = l.expectOutcome(ctx, work, c.want, c.deploy, "create", "v1.0.0")
	if err == nil && c.deploy {
		err = l.expectOutcome(ctx, work, c.want, false, "deploy", "v1.0.0", "--yes")
		err = errors.Join(err, l.rootfsStaysInside(work))
		err = errors.Join(err, os.RemoveAll(filepath.Join(work, ".state")), l.agentEnds(ctx, work))
	}
	return errors.Join(err, l.nothingTouched(work))
}

// tempOf is the folder for the temporary files of a command that runs in work.
func tempOf(work string) string { return filepath.Join(filepath.Dir(work), "tmp") }

func (l *archiveLab) makeRepository(ctx context.Context, work string, archive []byte) error {
	for name, text := range map[string]string{
		"version-manager.yaml": "name: hostile\nbuild: {image: image.tar}\ngate: {timeout: 2s, for: 100ms}\n",
		".gitignore":           "image.tar\n.state\n",
		"image.tar":            string(archive),
	} {
		if err := errors.Join(os.MkdirAll(work, 0o755), os.WriteFile(filepath.Join(work, name), []byte(text), 0o644)); err != nil {
			return err
		}
	}
	for _, args := range [][]string{{"init", "-q", "-b", "main"}, {"add", "-A"}, {"commit", "-q", "-m", "first"}} {
		cmd := exec.CommandContext(ctx, "git", args...)
		cmd.Dir, cmd.Env = work, append(l.env[:len(l.env):len(l.env)], "TMPDIR="+tempOf(work))
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
	}
	return nil
}

// expectOutcome runs a command within its limits. It has to say what is wanted, or
// succeed.
func (l *archiveLab) expectOutcome(ctx context.Context, work, want string, succeed bool, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, archiveTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, l.program, append(args, "--state", filepath.Join(work, ".state"))...)
	var said bytes.Buffer
	cmd.Dir, cmd.Env = work, append(l.env[:len(l.env):len(l.env)], "TMPDIR="+tempOf(work))
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = time.Second
	err := cmd.Run()
	if ctx.Err() != nil {
		return fmt.Errorf("%s took longer than %s", args[0], archiveTime)
	}
	for took := memoryOf(cmd.ProcessState); ; {
		most := l.most.Load()
		if took <= most || l.most.CompareAndSwap(most, took) {
			break
		}
	}
	switch text := said.String(); {
	case memoryOf(cmd.ProcessState) > archiveMemory:
		return fmt.Errorf("%s took %d MiB of memory", args[0], memoryOf(cmd.ProcessState)>>20)
	case strings.Contains(text, "panic:") || strings.Contains(text, "goroutine "):
		return fmt.Errorf("%s crashed: %.500s", args[0], text)
	case len(text) > 8<<10:
		return fmt.Errorf("%s says %d bytes", args[0], len(text))
	case want == "" || succeed:
		if err != nil {
			return fmt.Errorf("%s failed: %w: %.500s", args[0], err, text)
		}
	case err == nil:
		return fmt.Errorf("%s succeeded, want %q", args[0], want)
	case !strings.Contains(text, want):
		return fmt.Errorf("%s says %.500q, want %q", args[0], text, want)
	}
	return nil
}
