package release

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/command"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/releasetest"
)

// A folder that somebody sends can contain a repository whose configuration
// names programs. Whatever reads it must start none of them.
func TestReadingStartsNoProgram(t *testing.T) {
	for name, arm := range map[string]func(t *testing.T, dir, program string){
		"promisor remote, ext": func(t *testing.T, dir, program string) { promise(t, dir, "ext::"+program) },
		"promisor remote, upload pack": func(t *testing.T, dir, program string) {
			promise(t, dir, "file://"+dir)
			releasetest.RunGit(t, dir, "config", "remote.origin.uploadpack", program)
		},
		"promisor remote, ssh": func(t *testing.T, dir, program string) {
			promise(t, dir, "ssh://example.org/x")
			releasetest.RunGit(t, dir, "config", "core.sshCommand", program)
		},
		"promisor remote, proxy": func(t *testing.T, dir, program string) {
			promise(t, dir, "git://example.org/x")
			releasetest.RunGit(t, dir, "config", "core.gitProxy", program)
			releasetest.RunGit(t, dir, "config", "protocol.git.allow", "always")
		},
		"promisor remote, helper": func(t *testing.T, dir, program string) {
			promise(t, dir, "x")
			releasetest.RunGit(t, dir, "config", "remote.origin.vcs", "ext")
			releasetest.RunGit(t, dir, "config", "protocol.ext.allow", "always")
		},
		"filter": func(t *testing.T, dir, program string) { filter(t, dir, "clean", program) },
		"filter process": func(t *testing.T, dir, program string) {
			filter(t, dir, "process", program)
			releasetest.RunGit(t, dir, "config", "filter.evil.required", "true")
		},
		"filter with an odd name": func(t *testing.T, dir, program string) {
			releasetest.RunGit(t, dir, "config", "filter.a=b.c.clean", program)
			filter(t, dir, "clean", program)
		},
		"included filter": func(t *testing.T, dir, program string) {
			releasetest.WriteFiles(t, dir, map[string]string{".git/more": fmt.Sprintf("[filter \"evil\"]\n\tclean = %q\n", program)})
			filter(t, dir, "smudge", program)
			releasetest.RunGit(t, dir, "config", "include.path", "more")
		},
		"fsmonitor": func(t *testing.T, dir, program string) {
			releasetest.RunGit(t, dir, "config", "core.fsmonitor", program)
		},
		"alternate refs": func(t *testing.T, dir, program string) {
			promise(t, dir, "ext::"+program)
			releasetest.RunGit(t, dir, "config", "core.alternateRefsCommand", program)
		},
	} {
		t.Run(name, func(t *testing.T) {
			dir := releasetest.NewRepo(t, releasetest.HelloModule())
			releasetest.IsolateCache(t)
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
			if r, err := gitrepo.OpenRepo(t.Context(), dir); err == nil {
				_, _ = r.ListChanges(t.Context())
				_, _ = ListTags(t.Context(), r, "hello")
			}
			_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
			t.Logf("create: %v", err)
			if _, err := os.Stat(ran); err == nil {
				t.Error("the program ran")
			}
			if took := time.Since(began); took > 2*time.Minute {
				t.Errorf("it took %s", took)
			}
		})
	}
}

// promise says that a remote has the objects that are missing, and takes one
// away.
func promise(t *testing.T, dir, url string) {
	t.Helper()
	id := releasetest.RunGit(t, dir, "rev-parse", "HEAD:main.go")
	if err := os.Remove(filepath.Join(dir, ".git", "objects", id[:2], id[2:])); err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{
		"remote.origin.url": url, "remote.origin.promisor": "true", "remote.origin.partialclonefilter": "blob:none",
		"core.repositoryformatversion": "1", "extensions.partialClone": "origin", "protocol.ext.allow": "always",
	} {
		releasetest.RunGit(t, dir, "config", key, value)
	}
}

func filter(t *testing.T, dir, kind, program string) {
	t.Helper()
	releasetest.WriteFiles(t, dir, map[string]string{".gitattributes": "* filter=evil\n"})
	releasetest.CommitAll(t, dir, "attributes")
	releasetest.RunGit(t, dir, "config", "filter.evil."+kind, program)
}

// A filter that does not run must not change what is committed either.
func TestCommitNeedsFilterThatIsOff(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	filter(t, dir, "clean", "rev")
	releasetest.WriteFiles(t, dir, map[string]string{"main.go": "package main\n\nfunc main() {}\n"})
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	releasetest.WantProblem(t, err, problem.Failed, "names a program to filter files with", "git add -A && git commit")
	if got := releasetest.ErrorLines(err); got != "main.go (filter evil)" {
		t.Errorf("files %q", got)
	}
}

func TestGitThatHangsIsStopped(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	r := openRepo(t, dir)
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "git"), []byte("#!/bin/sh\nsleep 60 & wait\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	ctx, cancel := command.Within(t.Context(), 50*time.Millisecond, "", "git")
	defer cancel()
	if _, err := r.ListChanges(ctx); err == nil || !strings.Contains(err.Error(), "did not finish within") {
		t.Errorf("error %v", err)
	}
}

func TestLockedRepository(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
	lock := filepath.Join(dir, ".git", "index.lock")
	if err := os.WriteFile(lock, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	releasetest.WantProblem(t, err, problem.Failed, "another git command is running", "rm '"+lock+"'")
}

// TestCommittingStartsNoProgramOfSubmodules: git looks into submodules with
// their own configuration, unseen by what was turned off for the outer one.
func TestCommittingStartsNoProgramOfSubmodules(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	ran := filepath.Join(t.TempDir(), "ran")
	program := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(program, []byte("#!/bin/sh\ntouch '"+ran+"'\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	releasetest.RunGit(t, dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", releasetest.NewRepo(t, map[string]string{"f": "1"}), "sub")
	releasetest.CommitAll(t, dir, "with a submodule")
	sub := filepath.Join(dir, "sub")
	releasetest.WriteFiles(t, dir, map[string]string{".git/modules/sub/info/attributes": "* filter=evil\n", ".git/modules/sub/hooks/post-index-change": "#!/bin/sh\ntouch '" + ran + "'\n"})
	if err := os.Chmod(filepath.Join(dir, ".git/modules/sub/hooks/post-index-change"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"filter.evil.clean", "core.fsmonitor"} {
		releasetest.RunGit(t, sub, "config", key, program)
	}
	for i, message := range []string{"unchanged submodule", "changed submodule"} {
		version := Version(fmt.Sprintf("v1.%d.0", i))
		later := time.Now().Add(time.Hour) // so that git looks into the file again
		if err := os.Chtimes(filepath.Join(sub, "f"), later, later); err != nil {
			t.Fatal(err)
		}
		releasetest.WriteFiles(t, dir, map[string]string{"x" + string(version): message, "*": message, ":(top)y": message})
		_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: version, Message: message, Store: NewStore(t.TempDir())})
		if err != nil {
			t.Errorf("%s: %v", message, err)
		}
		if _, err := os.Stat(ran); err == nil {
			t.Fatalf("%s: the program ran", message)
		}
		releasetest.RunGit(t, sub, "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "filter.evil.clean=", "commit", "-q", "--allow-empty", "-m", "next")
	}
	if out := releasetest.RunGit(t, dir, "status", "--porcelain", "--ignore-submodules=all"); out != "" {
		t.Errorf("left out: %s", out)
	}
}
