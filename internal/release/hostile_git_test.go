package release

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/command"
	"version-manager/internal/problem"
)

// A folder that somebody sends can contain a repository whose configuration
// names programs. Whatever reads it must start none of them.
func TestReadingStartsNoProgram(t *testing.T) {
	for name, arm := range map[string]func(t *testing.T, dir, program string){
		"promisor remote, ext": func(t *testing.T, dir, program string) { promise(t, dir, "ext::"+program) },
		"promisor remote, upload pack": func(t *testing.T, dir, program string) {
			promise(t, dir, "file://"+dir)
			runGit(t, dir, "config", "remote.origin.uploadpack", program)
		},
		"promisor remote, ssh": func(t *testing.T, dir, program string) {
			promise(t, dir, "ssh://example.org/x")
			runGit(t, dir, "config", "core.sshCommand", program)
		},
		"promisor remote, proxy": func(t *testing.T, dir, program string) {
			promise(t, dir, "git://example.org/x")
			runGit(t, dir, "config", "core.gitProxy", program)
			runGit(t, dir, "config", "protocol.git.allow", "always")
		},
		"promisor remote, helper": func(t *testing.T, dir, program string) {
			promise(t, dir, "x")
			runGit(t, dir, "config", "remote.origin.vcs", "ext")
			runGit(t, dir, "config", "protocol.ext.allow", "always")
		},
		"filter": func(t *testing.T, dir, program string) { filter(t, dir, "clean", program) },
		"filter process": func(t *testing.T, dir, program string) {
			filter(t, dir, "process", program)
			runGit(t, dir, "config", "filter.evil.required", "true")
		},
		"filter with an odd name": func(t *testing.T, dir, program string) {
			runGit(t, dir, "config", "filter.a=b.c.clean", program)
			filter(t, dir, "clean", program)
		},
		"included filter": func(t *testing.T, dir, program string) {
			write(t, dir, map[string]string{".git/more": fmt.Sprintf("[filter \"evil\"]\n\tclean = %q\n", program)})
			filter(t, dir, "smudge", program)
			runGit(t, dir, "config", "include.path", "more")
		},
		"fsmonitor": func(t *testing.T, dir, program string) { runGit(t, dir, "config", "core.fsmonitor", program) },
		"alternate refs": func(t *testing.T, dir, program string) {
			promise(t, dir, "ext::"+program)
			runGit(t, dir, "config", "core.alternateRefsCommand", program)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := newRepo(t, helloModule())
			isolateCache(t)
			ran := filepath.Join(t.TempDir(), "ran")
			program := filepath.Join(t.TempDir(), "program")
			if err := os.WriteFile(program, []byte("#!/bin/sh\ntouch '"+ran+"'\n"), 0o755); err != nil {
				t.Fatal(err)
			}
			arm(t, dir, program)
			later := time.Now().Add(time.Hour) // so that git looks into the file again
			if err := os.Chtimes(filepath.Join(dir, "main.go"), later, later); err != nil {
				t.Fatal(err)
			}
			began := time.Now()
			if r, err := Open(t.Context(), dir); err == nil {
				_, _ = r.Dirty(t.Context())
				_, _ = r.Tags(t.Context(), "hello")
			}
			_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
			t.Logf("create: %v", err)
			if _, err := os.Stat(ran); err == nil {
				t.Error("the program ran")
			}
			if took := time.Since(began); took > gitLimit {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// promise says that a remote has the objects that are missing, and takes one
// away.
func promise(t *testing.T, dir, url string) {
	t.Helper()
	id := runGit(t, dir, "rev-parse", "HEAD:main.go")
	if err := os.Remove(filepath.Join(dir, ".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"remote.origin.url": url, "remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none",
		"core.repositoryformatversion": "1", "extensions.partialClone": "origin", "protocol.ext.allow": "always",
	} {
		runGit(t, dir, "config", key, value)
	}
}

func filter(t *testing.T, dir, kind, program string) {
	t.Helper()
	write(t, dir, map[string]string{".gitattributes": "* filter=evil\n"})
	commitAll(t, dir, "attributes")
	runGit(t, dir, "config", "filter.evil."+kind, program)
}

// A filter that does not run must not change what is committed either.
func TestCommitNeedsFilterThatIsOff(t *testing.T) {
	dir := newRepo(t, helloModule())
	filter(t, dir, "clean", "rev")
	write(t, dir, map[string]string{"main.go": "package main\n\nfunc main() {}\n"})
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	wantProblem(t, err, problem.Failed, "names a program to filter files with", "git add -A && git commit")
	if got := lines(err); got != "main.go (filter evil)" {
		t.Errorf("files %q", got)
	}
}

func TestGitThatHangsIsStopped(t *testing.T) {
	dir := newRepo(t, helloModule())
	r := openRepo(t, dir)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\nsleep 60 & wait\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ctx, cancel := command.Within(t.Context(), 50*time.Millisecond, "", "git")
	defer cancel()
	if _, err := r.Dirty(ctx); err == nil || !strings.Contains(err.Error(), "did not finish within") {
		t.Errorf("error %v", err)
	}
}

func TestLockedRepository(t *testing.T) {
	dir := newRepo(t, helloModule())
	write(t, dir, map[string]string{"new.txt": ""})
	lock := filepath.Join(dir, ".git", "index.lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	wantProblem(t, err, problem.Failed, "another git command is at work", "rm '"+lock+"'")
}
