package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

// mayFail runs a git command that stops in the middle of something.
func mayFail(t *testing.T, dir string, args ...string) {
	t.Helper()
	cmd := exec.Command("git", append([]string{"-C", dir, "-c", "core.editor=true"}, args...)...)
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("git %q was expected to stop:\n%s", args, out)
	}
}

// diverged makes a repository in which main and other changed the same line.
func diverged(t *testing.T) string {
	t.Helper()
	dir := newRepo(t, helloModule())
	main := func(word string) map[string]string {
		return map[string]string{"main.go": "package main\n\nfunc main() { println(\"" + word + "\") }\n"}
	}
	runGit(t, dir, "switch", "-q", "-c", "other")
	write(t, dir, main("other"))
	commitAll(t, dir, "other")
	write(t, dir, map[string]string{"more.txt": ""})
	commitAll(t, dir, "more")
	runGit(t, dir, "switch", "-q", "main")
	write(t, dir, main("main"))
	commitAll(t, dir, "main")
	return dir
}

func TestCreateInTheMiddleOfSomething(t *testing.T) {
	for name, tt := range map[string]struct {
		begin func(t *testing.T, dir string)
		words string
		hint  string
	}{
		"merge": {func(t *testing.T, dir string) { mayFail(t, dir, "merge", "other") }, "a git merge is under way", "git merge --continue    (or, to give it up: git merge --abort)"},
		"merge, resolved": {func(t *testing.T, dir string) {
			mayFail(t, dir, "merge", "other")
			runGit(t, dir, "add", "-A")
		}, "a git merge is under way", "git merge --continue"},
		"merge, not committed": {func(t *testing.T, dir string) {
			runGit(t, dir, "reset", "-q", "--hard", "HEAD~1")
			runGit(t, dir, "merge", "-q", "--no-ff", "--no-commit", "other")
		}, "a git merge is under way", "git merge --continue"},
		"rebase":           {func(t *testing.T, dir string) { mayFail(t, dir, "rebase", "other") }, "a git rebase is under way", "git rebase --continue"},
		"rebase, old kind": {func(t *testing.T, dir string) { mayFail(t, dir, "rebase", "--apply", "other") }, "a git rebase is under way", "git rebase --continue"},
		"rebase, between two commits": {func(t *testing.T, dir string) {
			runGit(t, dir, "-c", "sequence.editor=sed -i 1ibreak", "rebase", "-q", "-i", "HEAD~1")
		}, "a git rebase is under way", "git rebase --continue"},
		"cherry-pick": {func(t *testing.T, dir string) { mayFail(t, dir, "cherry-pick", "other~1") }, "a git cherry-pick is under way", "git cherry-pick --continue"},
		"cherry-pick of a row": {func(t *testing.T, dir string) {
			mayFail(t, dir, "cherry-pick", "other~1", "other")
			runGit(t, dir, "reset", "-q", "--hard")
			os.Remove(filepath.Join(dir, ".git", "CHERRY_PICK_HEAD"))
		}, "a git cherry-pick is under way", "git cherry-pick --abort"},
		"revert": {func(t *testing.T, dir string) {
			runGit(t, dir, "revert", "--no-commit", "HEAD")
			runGit(t, dir, "update-ref", "REVERT_HEAD", "HEAD")
		}, "a git revert is under way", "git revert --continue"},
		"am": {func(t *testing.T, dir string) {
			patch := runGit(t, dir, "format-patch", "-1", "--stdout", "other~1") + "\n"
			write(t, t.TempDir(), nil)
			file := filepath.Join(t.TempDir(), "patch")
			if err := os.WriteFile(file, []byte(patch), 0o600); err != nil {
				t.Fatal(err)
			}
			mayFail(t, dir, "am", file)
		}, "a git am is under way", "git am --continue"},
		"bisect": {func(t *testing.T, dir string) { runGit(t, dir, "bisect", "start", "other", "main~1") }, "a git bisect is under way", "git bisect reset"},
		"stash": {func(t *testing.T, dir string) {
			write(t, dir, map[string]string{"main.go": "package main\n\nfunc main() { println(\"stashed\") }\n"})
			runGit(t, dir, "stash", "-q")
			runGit(t, dir, "reset", "-q", "--hard", "other")
			mayFail(t, dir, "stash", "pop")
		}, "1 file has conflicts that are not resolved", "git add -A && git commit"},
		"merge in another work tree": {nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := diverged(t)
			if tt.begin == nil { // which is no concern of this one
				other := filepath.Join(t.TempDir(), "other tree")
				runGit(t, dir, "worktree", "add", "-q", "--detach", other)
				mayFail(t, other, "merge", "other")
				create(t, Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
				return
			}
			tt.begin(t, dir)
			head := runGit(t, dir, "rev-parse", "HEAD")
			for _, message := range []string{"", "ship it"} {
				o := Options{Dir: dir, Version: "v1.0.0", Message: message, Store: NewStore(t.TempDir())}
				_, err := Create(t.Context(), o)
				if message == "" && err != nil && strings.Contains(err.Error(), "not committed") {
					t.Errorf("told to commit: %v", err)
				}
				wantProblem(t, err, problem.Failed, tt.words, tt.hint)
			}
			if got := runGit(t, dir, "rev-parse", "HEAD"); got != head {
				t.Error("something was committed")
			}
			create(t, Options{Dir: dir, Version: "v1.0.0", From: "main", Store: NewStore(t.TempDir())})
		})
	}
}

func TestCreateWithANestedRepository(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"untracked": func(t *testing.T, dir string) {},
		"staged":    func(t *testing.T, dir string) { runGit(t, dir, "add", "vendored/lib") },
		"no commits": func(t *testing.T, dir string) {
			mustRemove(t, filepath.Join(dir, "vendored", "lib", ".git"))
			runGit(t, dir, "init", "-q", "vendored/lib")
		},
	} {
		t.Run(name, func(t *testing.T) {
			lib := newRepo(t, map[string]string{"lib.txt": ""})
			dir := newRepo(t, helloModule())
			runGit(t, dir, "clone", "-q", lib, "vendored/lib")
			prepare(t, dir)
			_, err := Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
			wantProblem(t, err, problem.Failed, "vendored/lib is a repository of its own", "echo '/vendored/lib/' >> .gitignore")
		})
	}
}

func mustRemove(t *testing.T, path string) {
	t.Helper()
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func TestCreateWithChangesInASubmodule(t *testing.T) {
	dir, _ := withModule(t)
	o := Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())}
	write(t, dir, map[string]string{"infra/shared/deep/inner/inner.txt": "changed\n", "new.txt": ""})
	_, err := Create(t.Context(), o)
	wantProblem(t, err, problem.Failed, "the submodule infra/shared has changes that are not committed in it", "git -C 'infra/shared' add -A")
	runGit(t, filepath.Join(dir, "infra", "shared", "deep", "inner"), "checkout", "-q", ".")
	write(t, dir, map[string]string{"infra/shared/infra.tf": "two\n"})
	commitAll(t, filepath.Join(dir, "infra", "shared"), "two")
	c := create(t, o) // the newer commit of the submodule is committed here
	if got, _, err := exportHead(t, dir); err != nil || got["infra/shared/infra.tf"] != "two\n" {
		t.Errorf("exported %q, %v, notes %q", got, err, c.Notes)
	}
}

func TestCreateOnDetachedHead(t *testing.T) {
	dir := newRepo(t, helloModule())
	runGit(t, dir, "switch", "-q", "--detach")
	write(t, dir, map[string]string{"new.txt": ""})
	runGit(t, dir, "add", "-N", "new.txt")
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	if !slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "git switch -c NAME") }) {
		t.Errorf("notes %q", c.Notes)
	}
	if got := runGit(t, dir, "show", "--stat", "v1.0.0"); !strings.Contains(got, "new.txt") {
		t.Errorf("committed %s", got)
	}
}

func TestParseStatus(t *testing.T) {
	const id = "0123456789012345678901234567890123456789"
	out := strings.Join([]string{
		"# branch.oid x", "1 .M N... 100644 100644 100644 " + id + " " + id + " a b", "1 .A N... 000000 000000 100644 " + id + " " + id + " intent",
		"1 A. S... 000000 160000 160000 " + id + " " + id + " gitlink", "1 M. SC.. 160000 160000 160000 " + id + " " + id + " newer",
		"u UU N... 100644 100644 100644 100644 " + id + " " + id + " " + id + " both", "? new\nline", "? nested/", "! ignored", "1 short", "",
	}, "\x00")
	want := []Change{
		{Path: "a b", Tracked: true, Unstaged: true}, {Path: "intent", Tracked: true, New: true, Unstaged: true},
		{Path: "gitlink", Tracked: true, New: true, Nested: true}, {Path: "newer", Tracked: true},
		{Path: "both", Tracked: true, Unstaged: true, Unmerged: true}, {Path: "new\nline", New: true, Unstaged: true}, {Path: "nested/", New: true, Unstaged: true, Nested: true},
	}
	if got := parseStatus(out); !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func FuzzParseStatus(f *testing.F) {
	f.Add("1 .M N... 100644 100644 100644 a b path\x00? x\x00u UU N... 1 2 3 4 a b c path\x00")
	f.Fuzz(func(t *testing.T, out string) {
		for _, c := range parseStatus(out) {
			if c.Path == "" || !strings.Contains(out, c.Path) {
				t.Errorf("invented %+v", c)
			}
		}
	})
}
