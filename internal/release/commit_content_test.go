package release

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/gitrepo"
	"version-manager/internal/release/releasetest"
)

// export returns the files of HEAD by name, and links as "-> target".
func exportHead(t *testing.T, dir string) (map[string]string, *gitrepo.Tree, error) {
	t.Helper()
	r, out := openRepo(t, dir), filepath.Join(t.TempDir(), "tree")
	releasetest.MakeDir(t, out)
	head, err := r.ResolveCommit(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.ExportCommit(t.Context(), head, out)
	got := map[string]string{}
	if err != nil {
		return nil, nil, err
	}
	for _, n := range tree.Nodes {
		path := filepath.Join(out, n.Path)
		if n.Mode == "120000" {
			got[n.Path] = "-> " + releasetest.MustString(t)(os.Readlink(path))
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		got[n.Path] = string(b)
		if sum := sha256.Sum256(b); n.Sum != hex.EncodeToString(sum[:]) {
			t.Errorf("%s: the digest is of something else", n.Path)
		}
	}
	return got, tree, nil
}

// Nothing but the commit has a say in what is built.
func TestExportIsTheCommit(t *testing.T) {
	files := map[string]string{
		".gitattributes": "hidden.txt export-ignore\nsecret export-ignore\nsubst.txt export-subst\n*.crlf text eol=crlf\n*.ident ident\n*.up filter=up\n*.u16 working-tree-encoding=UTF-16\n",
		"hidden.txt":     "hidden\n", "secret/a.txt": "a\n", "subst.txt": "$Format:%H$\n", "x.crlf": "a\nb\n", "x.ident": "$Id$\n", "x.up": "up\n", "plain.txt": "plain\n",
		"line\nbreak \xff.txt": "odd\n", "sub/.gitattributes": "* export-ignore\n", "sub/b.txt": "b\n", "-rf": "dash\n", "ü/ö.txt": "umlaut\n",
	}
	dir := releasetest.NewRepo(t, files)
	tree := releasetest.RunGit(t, dir, "ls-tree", "-r", "-z", "--name-only", "HEAD")
	releasetest.RunGit(t, dir, "config", "core.autocrlf", "true")
	releasetest.RunGit(t, dir, "config", "filter.up.smudge", "tr a-z A-Z")
	releasetest.RunGit(t, dir, "config", "tar.umask", "0777")
	releasetest.RunGit(t, dir, "sparse-checkout", "set", "sub")
	releasetest.WriteFiles(t, dir, map[string]string{".git/info/attributes": "plain.txt export-ignore\nplain.txt text eol=crlf\n"})
	id := releasetest.RunGit(t, dir, "rev-parse", "HEAD:plain.txt")
	other := exec.Command("git", "-C", dir, "hash-object", "-w", "--stdin")
	other.Stdin = strings.NewReader("replaced\n")
	replacement, err := other.Output()
	if err != nil {
		t.Fatal(err)
	}
	releasetest.RunGit(t, dir, "replace", id, strings.TrimSpace(string(replacement)))
	got, _, err := exportHead(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	if want := strings.Split(strings.TrimSuffix(tree, "\x00"), "\x00"); len(got) != len(want) || len(got) != len(files) {
		t.Errorf("%d files, want %d: %q", len(got), len(want), got)
	}
	for name, want := range files {
		if got[name] != want {
			t.Errorf("%q is %q, want %q", name, got[name], want)
		}
	}
}

func TestExportOfSHA256Repository(t *testing.T) {
	releasetest.IsolateGit(t)
	dir := t.TempDir()
	releasetest.RunGit(t, dir, "init", "-q", "--object-format=sha256")
	releasetest.WriteFiles(t, dir, releasetest.HelloModule())
	releasetest.CommitAll(t, dir, "first")
	got, _, err := exportHead(t, dir)
	if err != nil || len(got) != 3 {
		t.Errorf("exported %q, %v", got, err)
	}
}

func TestDamagedObjectIsNoticed(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	object := func(rev string) string {
		id := releasetest.RunGit(t, dir, "rev-parse", rev)
		return filepath.Join(dir, ".git", "objects", id[:2], id[2:])
	}
	other, err := os.ReadFile(object("HEAD:go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	victim := object("HEAD:main.go")
	if err := os.Remove(victim); err != nil {
		t.Fatal(err)
	}
	_, _, err = exportHead(t, dir)
	releasetest.WantProblem(t, err, problem.Failed, `"main.go": the repository does not have it`, "git fsck")
	if err := os.WriteFile(victim, other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err = exportHead(t, dir); err == nil || !strings.Contains(err.Error(), "main.go") {
		t.Errorf("another object in the place of main.go: %v", err)
	}
}

func TestPartialCloneSaysHowToComplete(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	promise(t, dir, "file:///nowhere")
	_, _, err := exportHead(t, dir)
	releasetest.WantProblem(t, err, problem.Failed, `"main.go"`, "git fetch --refetch --no-filter")
}

// withModule makes a repository with a submodule, which itself has one.
func withModule(t *testing.T) (dir, sub string) {
	t.Helper()
	inner := releasetest.NewRepo(t, map[string]string{"inner.txt": "inner\n"})
	t.Setenv("GIT_ALLOW_PROTOCOL", "file")
	sub = releasetest.NewRepo(t, map[string]string{"infra.tf": "one\n"})
	releasetest.RunGit(t, sub, "submodule", "--quiet", "add", inner, "deep/inner")
	releasetest.CommitAll(t, sub, "inner")
	files := releasetest.HelloModule()
	files["version-manager.yaml"] += "infrastructure: [infra]\n"
	files["infra/own.tf"] = "own\n"
	dir = releasetest.NewRepo(t, files)
	releasetest.RunGit(t, dir, "submodule", "--quiet", "add", "--name", "odd name", sub, "infra/shared")
	releasetest.RunGit(t, dir, "submodule", "--quiet", "update", "--init", "--recursive")
	releasetest.CommitAll(t, dir, "submodule")
	return dir, sub
}

func TestSubmodulesArePartOfTheCommit(t *testing.T) {
	dir, _ := withModule(t)
	first := build(t, dir)
	checkout := filepath.Join(dir, "infra", "shared")
	releasetest.WriteFiles(t, checkout, map[string]string{"infra.tf": "uncommitted\n"})
	got, _, err := exportHead(t, dir)
	if err != nil || got["infra/shared/infra.tf"] != "one\n" || got["infra/shared/deep/inner/inner.txt"] != "inner\n" {
		t.Fatalf("exported %q, %v", got, err)
	}

	releasetest.CommitAll(t, checkout, "two")
	releasetest.CommitAll(t, dir, "newer submodule")
	second := build(t, dir)
	if first.Release.InfraID == second.Release.InfraID {
		t.Error("a change of the submodule does not change the digest of the infrastructure")
	}

	// Without the checkout, what git keeps of it is enough; in another work
	// tree of the repository too.
	releasetest.RunGit(t, dir, "submodule", "--quiet", "deinit", "--force", "--all")
	if got, _, err := exportHead(t, dir); err != nil || got["infra/shared/infra.tf"] != "uncommitted\n" {
		t.Errorf("without checkout: %q, %v", got, err)
	}
	other := filepath.Join(t.TempDir(), "other")
	releasetest.RunGit(t, dir, "worktree", "add", "-q", "--detach", other)
	if _, _, err := exportHead(t, other); err != nil {
		t.Errorf("in another work tree: %v", err)
	}
}

func TestMissingSubmoduleIsNamed(t *testing.T) {
	dir, sub := withModule(t)
	clone := filepath.Join(t.TempDir(), "clone")
	releasetest.RunGit(t, dir, "clone", "-q", dir, clone)
	_, _, err := exportHead(t, clone)
	releasetest.WantProblem(t, err, problem.Failed, `the submodule "infra/shared" is not here`, "git submodule update --init --recursive")
	releasetest.RunGit(t, clone, "submodule", "--quiet", "update", "--init") // and not the inner one
	_, _, err = exportHead(t, clone)
	releasetest.WantProblem(t, err, problem.Failed, `the submodule "infra/shared/deep/inner" is not here`, "git submodule update --init --recursive")

	// A folder of the same name that is another repository has not the commit.
	releasetest.RunGit(t, sub, "commit", "-q", "--allow-empty", "-m", "ahead")
	ahead := releasetest.RunGit(t, sub, "rev-parse", "HEAD")
	releasetest.RunGit(t, dir, "update-index", "--cacheinfo", "160000,"+ahead+",infra/shared")
	releasetest.RunGit(t, dir, "commit", "-q", "-m", "ahead")
	_, _, err = exportHead(t, dir)
	releasetest.WantProblem(t, err, problem.Failed, fmt.Sprintf("is not here at the commit %.12s", ahead), "git submodule update")
}

const large = "a large file\n"

func pointerTo(content string) string {
	sum := sha256.Sum256([]byte(content))
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%x\nsize %d\n", sum, len(content))
}

func storeLFS(t *testing.T, store, content, stored string) {
	t.Helper()
	oid := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	releasetest.WriteFiles(t, filepath.Join(store, "objects", oid[:2], oid[2:4]), map[string]string{oid: stored})
}

func TestFilesInGitLFS(t *testing.T) {
	files := map[string]string{
		".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\nkept.bin -filter\n", "a.bin": pointerTo(large), "sub/b.bin": pointerTo(large),
		"kept.bin": pointerTo("never stored"), "fixture.txt": pointerTo("never stored"),
	}
	dir := releasetest.NewRepo(t, files)
	releasetest.WriteFiles(t, dir, map[string]string{".git/info/attributes": "* -filter\n"})
	_, _, err := exportHead(t, dir)
	releasetest.WantProblem(t, err, problem.Failed, "2 files are in Git LFS and not here: a.bin", "git lfs pull")
	if got := releasetest.ErrorLines(err); got != "a.bin\nsub/b.bin" {
		t.Errorf("files %q", got)
	}
	for name, stored := range map[string]string{"other content": strings.Repeat("x", len(large)), "other size": large + large} {
		storeLFS(t, filepath.Join(dir, ".git", "lfs"), large, stored)
		_, _, err = exportHead(t, dir)
		releasetest.WantProblem(t, err, problem.Failed, "in Git LFS", "git lfs pull")
		t.Log(name, err)
	}
	storeLFS(t, filepath.Join(dir, ".git", "lfs"), large, large)
	got, _, err := exportHead(t, dir)
	if err != nil || got["a.bin"] != large || got["sub/b.bin"] != large || got["kept.bin"] != files["kept.bin"] || got["fixture.txt"] != files["fixture.txt"] {
		t.Errorf("exported %q, %v", got, err)
	}

	if err := os.RemoveAll(filepath.Join(dir, ".git", "lfs")); err != nil {
		t.Fatal(err)
	}
	releasetest.RunGit(t, dir, "config", "lfs.storage", "elsewhere")
	storeLFS(t, filepath.Join(dir, ".git", "elsewhere"), large, large)
	if got, _, err := exportHead(t, dir); err != nil || got["a.bin"] != large {
		t.Errorf("from lfs.storage: %q, %v", got, err)
	}
	releasetest.WriteFiles(t, dir, map[string]string{"later.txt": ""})
	releasetest.CommitAll(t, dir, "later")
	if err := os.RemoveAll(filepath.Join(dir, ".git", "elsewhere")); err != nil {
		t.Fatal(err)
	}
	_, err = CreateVersion(t.Context(), Options{Dir: dir, Version: "v1.0.0", From: "HEAD~1", Store: NewStore(t.TempDir())})
	if err == nil || !strings.Contains(err.Error(), "version-manager.yaml") {
		t.Errorf("error %v", err)
	}
}

func TestExtendedPointerIsRefused(t *testing.T) {
	pointer := strings.Replace(pointerTo(large), "oid ", "ext-0-crypt sha256:"+strings.Repeat("a", 64)+"\noid ", 1)
	dir := releasetest.NewRepo(t, map[string]string{".gitattributes": "*.bin filter=lfs\n", "a.bin": pointer})
	storeLFS(t, filepath.Join(dir, ".git", "lfs"), large, large)
	if _, _, err := exportHead(t, dir); err == nil || !strings.Contains(err.Error(), `"a.bin": it is kept by an extension of Git LFS`) {
		t.Errorf("error %v", err)
	}
}

// Links that lead out of the repository block no version. Only a build that
// needs one fails, and says why.
func TestLinksThatLeaveTheRepository(t *testing.T) {
	outside := t.TempDir()
	releasetest.WriteFiles(t, outside, map[string]string{"x.go": "package main\n\nfunc init() { println(\"outside\") }\n", "lib/lib.go": "package lib\n\nconst X = 1\n"})
	files := releasetest.HelloModule()
	files["docs/deep/x.txt"] = ""
	dir := releasetest.NewRepo(t, files)
	for name, target := range map[string]string{
		"absolute": "/etc/passwd", "up": "../../outside", "winding": "docs/../../x", "docs/root": "..",
		"docs/deep/chained": "../root/../../etc", "docs/dangling": "nothing", "docs/good": "deep/x.txt", "loop": "loop",
	} {
		symlink(t, target, filepath.Join(dir, name))
	}
	releasetest.CommitAll(t, dir, "links")
	got, tree, err := exportHead(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"absolute": gitrepo.BlockedLinkTarget, "up": gitrepo.BlockedLinkTarget, "winding": gitrepo.BlockedLinkTarget, "docs/root": "..", "docs/deep/chained": gitrepo.BlockedLinkTarget,
		"docs/dangling": "nothing", "docs/good": "deep/x.txt", "loop": "loop",
	} {
		if got[name] != "-> "+want {
			t.Errorf("%s %s, want %s", name, got[name], want)
		}
	}
	if len(tree.Withheld) != 4 {
		t.Errorf("withheld %q", tree.Withheld)
	}
	build(t, dir)

	symlink(t, filepath.Join(outside, "x.go"), filepath.Join(dir, "x.go"))
	releasetest.CommitAll(t, dir, "a source file outside")
	_, err = tryBuild(t.Context(), dir)
	releasetest.WantProblem(t, err, problem.Failed, "build.package . cannot be built", "go list")
	if got := releasetest.ErrorLines(err); !strings.Contains(got, "x.go -> "+outside) {
		t.Errorf("evidence %q", got)
	}

	releasetest.RunGit(t, dir, "rm", "-q", "x.go")
	symlink(t, filepath.Join(outside, "lib"), filepath.Join(dir, "lib"))
	releasetest.WriteFiles(t, dir, map[string]string{"main.go": "package main\n\nimport \"example.org/hello/lib\"\n\nfunc main() { println(lib.X) }\n"})
	releasetest.CommitAll(t, dir, "a package outside")
	_, err = tryBuild(t.Context(), dir)
	if got := releasetest.ErrorLines(err); err == nil || !strings.Contains(got, "lib -> "+outside) {
		t.Errorf("error %v, evidence %q", err, got)
	}
	releasetest.RunGit(t, dir, "rm", "-q", "--cached", "version-manager.yaml")
	if err := os.Rename(filepath.Join(dir, "version-manager.yaml"), filepath.Join(outside, "version-manager.yaml")); err != nil {
		t.Fatal(err)
	}
	symlink(t, filepath.Join(outside, "version-manager.yaml"), filepath.Join(dir, "version-manager.yaml"))
	releasetest.CommitAll(t, dir, "a configuration outside")
	_, err = tryBuild(t.Context(), dir)
	releasetest.WantProblem(t, err, problem.Failed, "read version-manager.yaml", "")
}

// A tree that git would never write, but that a hostile repository can have.
func TestHostileTrees(t *testing.T) {
	for name, want := range map[string]string{"..": "not allowed", ".git": "not allowed", ".GIT": "not allowed"} {
		dir := releasetest.NewRepo(t, releasetest.HelloModule())
		blob := releasetest.RunGit(t, dir, "rev-parse", "HEAD:main.go")
		id, err := hex.DecodeString(blob)
		if err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command("git", "-C", dir, "hash-object", "-t", "tree", "-w", "--literally", "--stdin")
		cmd.Stdin = bytes.NewReader(append([]byte("100644 "+name+"\x00"), id...))
		tree, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		commit := releasetest.RunGit(t, dir, "commit-tree", "-m", "x", strings.TrimSpace(string(tree)))
		releasetest.RunGit(t, dir, "update-ref", "HEAD", commit)
		if _, _, err := exportHead(t, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
