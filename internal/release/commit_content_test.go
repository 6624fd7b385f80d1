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
)

// export returns the files of HEAD by name, and links as "-> target".
func exportHead(t *testing.T, dir string) (map[string]string, *Tree, error) {
	t.Helper()
	r, out := openRepo(t, dir), filepath.Join(t.TempDir(), "tree")
	mkdir(t, out)
	head, err := r.Resolve(t.Context(), "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	tree, err := r.Export(t.Context(), head, out)
	got := map[string]string{}
	if err != nil {
		return nil, nil, err
	}
	for _, n := range tree.nodes {
		path := filepath.Join(out, n.Path)
		if n.Mode == modeLink {
			got[n.Path] = "-> " + must(t)(os.Readlink(path))
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
	dir := newRepo(t, files)
	tree := runGit(t, dir, "ls-tree", "-r", "-z", "--name-only", "HEAD")
	runGit(t, dir, "config", "core.autocrlf", "true")
	runGit(t, dir, "config", "filter.up.smudge", "tr a-z A-Z")
	runGit(t, dir, "config", "tar.umask", "0777")
	runGit(t, dir, "sparse-checkout", "set", "sub")
	write(t, dir, map[string]string{".git/info/attributes": "plain.txt export-ignore\nplain.txt text eol=crlf\n"})
	id := runGit(t, dir, "rev-parse", "HEAD:plain.txt")
	other := exec.Command("git", "-C", dir, "hash-object", "-w", "--stdin")
	other.Stdin = strings.NewReader("replaced\n")
	replacement, err := other.Output()
	if err != nil {
		t.Fatal(err)
	}
	runGit(t, dir, "replace", id, strings.TrimSpace(string(replacement)))
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
	isolateGit(t)
	dir := t.TempDir()
	runGit(t, dir, "init", "-q", "--object-format=sha256")
	write(t, dir, helloModule())
	commitAll(t, dir, "first")
	got, _, err := exportHead(t, dir)
	if err != nil || len(got) != 3 {
		t.Errorf("exported %q, %v", got, err)
	}
}

func TestDamagedObjectIsNoticed(t *testing.T) {
	dir := newRepo(t, helloModule())
	object := func(rev string) string {
		id := runGit(t, dir, "rev-parse", rev)
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
	wantProblem(t, err, problem.Failed, `"main.go": the repository does not have it`, "git fsck")
	if err := os.WriteFile(victim, other, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err = exportHead(t, dir); err == nil || !strings.Contains(err.Error(), "main.go") {
		t.Errorf("another object in the place of main.go: %v", err)
	}
}

func TestPartialCloneSaysHowToComplete(t *testing.T) {
	dir := newRepo(t, helloModule())
	promise(t, dir, "file:///nowhere")
	_, _, err := exportHead(t, dir)
	wantProblem(t, err, problem.Failed, `"main.go"`, "git fetch --refetch --no-filter")
}

// withModule makes a repository with a submodule, which itself has one.
func withModule(t *testing.T) (dir, sub string) {
	t.Helper()
	inner := newRepo(t, map[string]string{"inner.txt": "inner\n"})
	t.Setenv("GIT_ALLOW_PROTOCOL", "file")
	sub = newRepo(t, map[string]string{"infra.tf": "one\n"})
	runGit(t, sub, "submodule", "--quiet", "add", inner, "deep/inner")
	commitAll(t, sub, "inner")
	files := helloModule()
	files["version-manager.yaml"] += "infrastructure: [infra]\n"
	files["infra/own.tf"] = "own\n"
	dir = newRepo(t, files)
	runGit(t, dir, "submodule", "--quiet", "add", "--name", "odd name", sub, "infra/shared")
	runGit(t, dir, "submodule", "--quiet", "update", "--init", "--recursive")
	commitAll(t, dir, "submodule")
	return dir, sub
}

func TestSubmodulesArePartOfTheCommit(t *testing.T) {
	dir, _ := withModule(t)
	first := build(t, dir)
	checkout := filepath.Join(dir, "infra", "shared")
	write(t, checkout, map[string]string{"infra.tf": "uncommitted\n"})
	got, _, err := exportHead(t, dir)
	if err != nil || got["infra/shared/infra.tf"] != "one\n" || got["infra/shared/deep/inner/inner.txt"] != "inner\n" {
		t.Fatalf("exported %q, %v", got, err)
	}

	commitAll(t, checkout, "two")
	commitAll(t, dir, "newer submodule")
	second := build(t, dir)
	if first.Release.InfraID == second.Release.InfraID {
		t.Error("a change of the submodule does not change the digest of the infrastructure")
	}

	// Without the checkout, what git keeps of it is enough; in another work
	// tree of the repository too.
	runGit(t, dir, "submodule", "--quiet", "deinit", "--force", "--all")
	if got, _, err := exportHead(t, dir); err != nil || got["infra/shared/infra.tf"] != "uncommitted\n" {
		t.Errorf("without checkout: %q, %v", got, err)
	}
	other := filepath.Join(t.TempDir(), "other")
	runGit(t, dir, "worktree", "add", "-q", "--detach", other)
	if _, _, err := exportHead(t, other); err != nil {
		t.Errorf("in another work tree: %v", err)
	}
}

func TestMissingSubmoduleIsNamed(t *testing.T) {
	dir, sub := withModule(t)
	clone := filepath.Join(t.TempDir(), "clone")
	runGit(t, dir, "clone", "-q", dir, clone)
	_, _, err := exportHead(t, clone)
	wantProblem(t, err, problem.Failed, `the submodule "infra/shared" is not here`, "git submodule update --init --recursive")
	runGit(t, clone, "submodule", "--quiet", "update", "--init") // and not the inner one
	_, _, err = exportHead(t, clone)
	wantProblem(t, err, problem.Failed, `the submodule "infra/shared/deep/inner" is not here`, "git submodule update --init --recursive")

	// A folder of the same name that is another repository has not the commit.
	runGit(t, sub, "commit", "-q", "--allow-empty", "-m", "ahead")
	ahead := runGit(t, sub, "rev-parse", "HEAD")
	runGit(t, dir, "update-index", "--cacheinfo", "160000,"+ahead+",infra/shared")
	runGit(t, dir, "commit", "-q", "-m", "ahead")
	_, _, err = exportHead(t, dir)
	wantProblem(t, err, problem.Failed, fmt.Sprintf("is not here at the commit %.12s", ahead), "git submodule update")
}

const large = "a large file\n"

func pointerTo(content string) string {
	sum := sha256.Sum256([]byte(content))
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%x\nsize %d\n", sum, len(content))
}

func storeLFS(t *testing.T, store, content, stored string) {
	t.Helper()
	oid := fmt.Sprintf("%x", sha256.Sum256([]byte(content)))
	write(t, filepath.Join(store, "objects", oid[:2], oid[2:4]), map[string]string{oid: stored})
}

func TestFilesInGitLFS(t *testing.T) {
	files := map[string]string{
		".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\nkept.bin -filter\n", "a.bin": pointerTo(large), "sub/b.bin": pointerTo(large),
		"kept.bin": pointerTo("never stored"), "fixture.txt": pointerTo("never stored"),
	}
	dir := newRepo(t, files)
	write(t, dir, map[string]string{".git/info/attributes": "* -filter\n"})
	_, _, err := exportHead(t, dir)
	wantProblem(t, err, problem.Failed, "2 files are in Git LFS and not here: a.bin", "git lfs pull")
	if got := lines(err); got != "a.bin\nsub/b.bin" {
		t.Errorf("files %q", got)
	}
	for name, stored := range map[string]string{"other content": strings.Repeat("x", len(large)), "other size": large + large} {
		storeLFS(t, filepath.Join(dir, ".git", "lfs"), large, stored)
		_, _, err = exportHead(t, dir)
		wantProblem(t, err, problem.Failed, "in Git LFS", "git lfs pull")
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
	runGit(t, dir, "config", "lfs.storage", "elsewhere")
	storeLFS(t, filepath.Join(dir, ".git", "elsewhere"), large, large)
	if got, _, err := exportHead(t, dir); err != nil || got["a.bin"] != large {
		t.Errorf("from lfs.storage: %q, %v", got, err)
	}
	write(t, dir, map[string]string{"later.txt": ""})
	commitAll(t, dir, "later")
	if err := os.RemoveAll(filepath.Join(dir, ".git", "elsewhere")); err != nil {
		t.Fatal(err)
	}
	_, err = Create(t.Context(), Options{Dir: dir, Version: "v1.0.0", From: "HEAD~1", Store: NewStore(t.TempDir())})
	if err == nil || !strings.Contains(err.Error(), "version-manager.yaml") {
		t.Errorf("error %v", err)
	}
}

func TestExtendedPointerIsRefused(t *testing.T) {
	pointer := strings.Replace(pointerTo(large), "oid ", "ext-0-crypt sha256:"+strings.Repeat("a", 64)+"\noid ", 1)
	dir := newRepo(t, map[string]string{".gitattributes": "*.bin filter=lfs\n", "a.bin": pointer})
	storeLFS(t, filepath.Join(dir, ".git", "lfs"), large, large)
	if _, _, err := exportHead(t, dir); err == nil || !strings.Contains(err.Error(), `"a.bin": it is kept by an extension of Git LFS`) {
		t.Errorf("error %v", err)
	}
}

// Links that lead out of the repository block no version. Only a build that
// needs one fails, and says why.
func TestLinksThatLeaveTheRepository(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, map[string]string{"x.go": "package main\n\nfunc init() { println(\"outside\") }\n", "lib/lib.go": "package lib\n\nconst X = 1\n"})
	files := helloModule()
	files["docs/deep/x.txt"] = ""
	dir := newRepo(t, files)
	for name, target := range map[string]string{
		"absolute": "/etc/passwd", "up": "../../outside", "winding": "docs/../../x", "docs/root": "..",
		"docs/deep/chained": "../root/../../etc", "docs/dangling": "nothing", "docs/good": "deep/x.txt", "loop": "loop",
	} {
		symlink(t, target, filepath.Join(dir, name))
	}
	commitAll(t, dir, "links")
	got, tree, err := exportHead(t, dir)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"absolute": nowhere, "up": nowhere, "winding": nowhere, "docs/root": "..", "docs/deep/chained": nowhere,
		"docs/dangling": "nothing", "docs/good": "deep/x.txt", "loop": "loop",
	} {
		if got[name] != "-> "+want {
			t.Errorf("%s %s, want %s", name, got[name], want)
		}
	}
	if len(tree.withheld) != 4 {
		t.Errorf("withheld %q", tree.withheld)
	}
	build(t, dir)

	symlink(t, filepath.Join(outside, "x.go"), filepath.Join(dir, "x.go"))
	commitAll(t, dir, "a source file outside")
	_, err = tryBuild(t.Context(), dir)
	wantProblem(t, err, problem.Failed, "build.package . cannot be built", "go list")
	if got := lines(err); !strings.Contains(got, "x.go -> "+outside) {
		t.Errorf("evidence %q", got)
	}

	runGit(t, dir, "rm", "-q", "x.go")
	symlink(t, filepath.Join(outside, "lib"), filepath.Join(dir, "lib"))
	write(t, dir, map[string]string{"main.go": "package main\n\nimport \"example.org/hello/lib\"\n\nfunc main() { println(lib.X) }\n"})
	commitAll(t, dir, "a package outside")
	_, err = tryBuild(t.Context(), dir)
	if got := lines(err); err == nil || !strings.Contains(got, "lib -> "+outside) {
		t.Errorf("error %v, evidence %q", err, got)
	}
	runGit(t, dir, "rm", "-q", "--cached", "version-manager.yaml")
	if err := os.Rename(filepath.Join(dir, "version-manager.yaml"), filepath.Join(outside, "version-manager.yaml")); err != nil {
		t.Fatal(err)
	}
	symlink(t, filepath.Join(outside, "version-manager.yaml"), filepath.Join(dir, "version-manager.yaml"))
	commitAll(t, dir, "a configuration outside")
	_, err = tryBuild(t.Context(), dir)
	wantProblem(t, err, problem.Failed, "read version-manager.yaml", "")
}

// A tree that git would never write, but that a hostile repository can have.
func TestHostileTrees(t *testing.T) {
	for name, want := range map[string]string{"..": "not allowed", ".git": "not allowed", ".GIT": "not allowed"} {
		dir := newRepo(t, helloModule())
		blob := runGit(t, dir, "rev-parse", "HEAD:main.go")
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
		commit := runGit(t, dir, "commit-tree", "-m", "x", strings.TrimSpace(string(tree)))
		runGit(t, dir, "update-ref", "HEAD", commit)
		if _, _, err := exportHead(t, dir); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
