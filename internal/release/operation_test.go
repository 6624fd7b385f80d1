package release

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
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
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	main := func(word string) map[string]string {
		return map[string]string{"main.go": "package main\n\nfunc main() { println(\"" + word + "\") }\n"}
	}
	releasetest.RunGit(t, dir, "switch", "-q", "-c", "other")
	releasetest.WriteFiles(t, dir, main("other"))
	releasetest.CommitAll(t, dir, "other")
	releasetest.WriteFiles(t, dir, map[string]string{"more.txt": ""})
	releasetest.CommitAll(t, dir, "more")
	releasetest.RunGit(t, dir, "switch", "-q", "main")
	releasetest.WriteFiles(t, dir, main("main"))
	releasetest.CommitAll(t, dir, "main")
	return dir
}

func TestCreateInTheMiddleOfSomething(t *testing.T) {
	for name, tt := range map[string]struct {
		begin func(t *testing.T, dir string)
		words string
		hint  string
	}{
		"merge": {func(t *testing.T, dir string) { mayFail(t, dir, "merge", "other") }, "a git merge is under way", "git merge --continue"},
		"merge, resolved": {func(t *testing.T, dir string) {
			mayFail(t, dir, "merge", "other")
			releasetest.RunGit(t, dir, "add", "-A")
		}, "a git merge is under way", "git merge --continue"},
		"merge, not committed": {func(t *testing.T, dir string) {
			releasetest.RunGit(t, dir, "reset", "-q", "--hard", "HEAD~1")
			releasetest.RunGit(t, dir, "merge", "-q", "--no-ff", "--no-commit", "other")
		}, "a git merge is under way", "git merge --continue"},
		"rebase":           {func(t *testing.T, dir string) { mayFail(t, dir, "rebase", "other") }, "a git rebase is under way", "git rebase --continue"},
		"rebase, old kind": {func(t *testing.T, dir string) { mayFail(t, dir, "rebase", "--apply", "other") }, "a git rebase is under way", "git rebase --continue"},
		"rebase, between two commits": {func(t *testing.T, dir string) {
			releasetest.RunGit(t, dir, "-c", "sequence.editor=sed -i 1ibreak", "rebase", "-q", "-i", "HEAD~1")
		}, "a git rebase is under way", "git rebase --continue"},
		"cherry-pick": {func(t *testing.T, dir string) { mayFail(t, dir, "cherry-pick", "other~1") }, "a git cherry-pick is under way", "git cherry-pick --continue"},
		"cherry-pick of a row": {func(t *testing.T, dir string) {
			mayFail(t, dir, "cherry-pick", "other~1", "other")
			releasetest.RunGit(t, dir, "reset", "-q", "--hard")
			os.Remove(filepath.Join(dir, ".git", "CHERRY_PICK_HEAD"))
		}, "a git cherry-pick is under way", "git cherry-pick --continue"},
		"revert": {func(t *testing.T, dir string) {
			releasetest.RunGit(t, dir, "revert", "--no-commit", "HEAD")
			releasetest.RunGit(t, dir, "update-ref", "REVERT_HEAD", "HEAD")
		}, "a git revert is under way", "git revert --continue"},
		"am": {func(t *testing.T, dir string) {
			patch := releasetest.RunGit(t, dir, "format-patch", "-1", "--stdout", "other~1") + "\n"
			releasetest.WriteFiles(t, t.TempDir(), nil)
			file := filepath.Join(t.TempDir(), "patch")
			if err := os.WriteFile(file, []byte(patch), 0o600); err != nil {
				t.Fatal(err)
			}
			mayFail(t, dir, "am", file)
		}, "a git am is under way", "git am --continue"},
		"bisect": {func(t *testing.T, dir string) { releasetest.RunGit(t, dir, "bisect", "start", "other", "main~1") }, "a git bisect is under way", "git bisect reset"},
		"stash": {func(t *testing.T, dir string) {
			releasetest.WriteFiles(t, dir, map[string]string{"main.go": "package main\n\nfunc main() { println(\"stashed\") }\n"})
			releasetest.RunGit(t, dir, "stash", "-q")
			releasetest.RunGit(t, dir, "reset", "-q", "--hard", "other")
			mayFail(t, dir, "stash", "pop")
		}, "1 file has unresolved conflicts; resolve them first", "git add -A && git commit"},
		"merge in another work tree": {nil, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			dir := diverged(t)
			if tt.begin == nil { // which is no concern of this one
				other := filepath.Join(t.TempDir(), "other tree")
				releasetest.RunGit(t, dir, "worktree", "add", "-q", "--detach", other)
				mayFail(t, other, "merge", "other")
				create(t, Options{Dir: dir, Version: "v1.0.0", Store: NewStore(t.TempDir())})
				return
			}
			tt.begin(t, dir)
			head := releasetest.RunGit(t, dir, "rev-parse", "HEAD")
			for _, message := range []string{"", "ship it"} {
				o := Options{Dir: dir, Version: "v1.0.0", Message: message, Store: NewStore(t.TempDir())}
				_, err := CreateVersion(t.Context(), o)
				if message == "" && err != nil && strings.Contains(err.Error(), "not committed") {
					t.Errorf("told to commit: %v", err)
				}
				releasetest.WantProblem(t, err, problem.Failed, tt.words, tt.hint)
			}
			if got := releasetest.RunGit(t, dir, "rev-parse", "HEAD"); got != head {
				t.Error("something was committed")
			}
			create(t, Options{Dir: dir, Version: "v1.0.0", From: "main", Store: NewStore(t.TempDir())})
		})
	}
}

func TestCreateWithANestedRepository(t *testing.T) {
	for name, prepare := range map[string]func(t *testing.T, dir string){
		"untracked": func(t *testing.T, dir string) {},
		"staged":    func(t *testing.T, dir string) { releasetest.RunGit(t, dir, "add", "vendored/lib") },
		"no commits": func(t *testing.T, dir string) {
			mustRemove(t, filepath.Join(dir, "vendored", "lib", ".git"))
			releasetest.RunGit(t, dir, "init", "-q", "vendored/lib")
		},
	} {
		t.Run(name, func(t *testing.T) {
			lib := releasetest.NewRepo(t, map[string]string{"lib.txt": ""})
			dir := releasetest.NewRepo(t, releasetest.HelloModule())
			releasetest.RunGit(t, dir, "clone", "-q", lib, "vendored/lib")
			prepare(t, dir)
			_, err := CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
			releasetest.WantProblem(t, err, problem.Failed, "vendored/lib is a repository of its own", "echo '/vendored/lib/' >> .gitignore")
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
	releasetest.WriteFiles(t, dir, map[string]string{"infra/shared/deep/inner/inner.txt": "changed\n", "new.txt": ""})
	_, err := CreateVersion(t.Context(), o)
	releasetest.WantProblem(t, err, problem.Failed, "the submodule infra/shared has changes that are not committed in it", "git -C 'infra/shared' add -A")
	releasetest.RunGit(t, filepath.Join(dir, "infra", "shared", "deep", "inner"), "checkout", "-q", ".")
	releasetest.WriteFiles(t, dir, map[string]string{"infra/shared/infra.tf": "two\n"})
	releasetest.CommitAll(t, filepath.Join(dir, "infra", "shared"), "two")
	c := create(t, o) // the newer commit of the submodule is committed here
	if got, _, err := exportHead(t, dir); err != nil || got["infra/shared/infra.tf"] != "two\n" {
		t.Errorf("exported %q, %v, notes %q", got, err, c.Notes)
	}
}

func TestCreateOnDetachedHead(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	releasetest.RunGit(t, dir, "switch", "-q", "--detach")
	releasetest.WriteFiles(t, dir, map[string]string{"new.txt": ""})
	releasetest.RunGit(t, dir, "add", "-N", "new.txt")
	c := create(t, Options{Dir: dir, Version: "v1.0.0", Message: "x", Store: NewStore(t.TempDir())})
	if !slices.ContainsFunc(c.Notes, func(n string) bool { return strings.Contains(n, "git switch -c NAME") }) {
		t.Errorf("notes %q", c.Notes)
	}
	if got := releasetest.RunGit(t, dir, "show", "--stat", "v1.0.0"); !strings.Contains(got, "new.txt") {
		t.Errorf("committed %s", got)
	}
}
