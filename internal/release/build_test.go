package release

import (
	"debug/elf"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/licenses"
	"version-manager/internal/release/gobuild"
	"version-manager/internal/release/releasetest"
)

func TestSameCommitSameDigest(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	first := build(t, dir)

	clone := filepath.Join(t.TempDir(), "elsewhere")
	releasetest.RunGit(t, dir, "clone", "-q", dir, clone)
	releasetest.WriteFiles(t, clone, map[string]string{"main.go": "package broken", "go.work": "nonsense"}) // of no importance: not committed
	t.Setenv("TMPDIR", t.TempDir())
	t.Setenv("GOFLAGS", "-tags=other")
	t.Setenv("GOAMD64", "v3")
	t.Setenv("GOEXPERIMENT", "nonsense")
	t.Setenv("GOOS", "plan9")
	t.Setenv("CGO_ENABLED", "1")
	second := build(t, clone)

	if first.Image.Digest != second.Image.Digest {
		t.Errorf("the same commit gave %s and %s", first.Image.Digest, second.Image.Digest)
	}
	if a, b := first.Release, second.Release; a.Image != b.Image || a.ConfigID != b.ConfigID || a.InfraID != b.InfraID {
		t.Errorf("releases differ:\n%+v\n%+v", a, b)
	}
}

func TestBuiltImageRuns(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	built := build(t, dir)
	store := NewStore(t.TempDir())
	if err := store.AddImage(built.Image); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(t.TempDir(), "root")
	if err := store.UnpackImage(t.Context(), built.Release.Image, root, nil); err != nil {
		t.Fatal(err)
	}
	argv, env, workdir, user := built.Image.CommandLine(), built.Image.ProcessEnv(), built.Image.WorkingDir(), built.Image.Config.Config.User
	if !slices.Equal(argv, []string{"/app/hello"}) || len(env) != 1 || workdir != "/" || user != "65532" {
		t.Errorf("command %q, environment %q, workdir %q, user %q", argv, env, workdir, user)
	}
	out, err := exec.Command(filepath.Join(root, argv[0])).CombinedOutput()
	if err != nil || string(out) != "hello\n" {
		t.Errorf("ran %s: %q, %v", argv[0], out, err)
	}
	if !strings.HasPrefix(built.Release.GoVersion, "go1.") {
		t.Errorf("Go version %q", built.Release.GoVersion)
	}
}

// Nodes may be of another architecture than the machine that builds.
func TestBuildForAnotherPlatform(t *testing.T) {
	files := releasetest.HelloModule()
	files["version-manager.yaml"] = "name: hello\nbuild: {package: ., platform: linux/riscv64}\n"
	built := build(t, releasetest.NewRepo(t, files))
	if c := built.Image.Config; c.OS != "linux" || c.Architecture != "riscv64" {
		t.Errorf("the image is for %s/%s", c.OS, c.Architecture)
	}
	root := filepath.Join(t.TempDir(), "root")
	store := NewStore(t.TempDir())
	if err := store.AddImage(built.Image); err != nil {
		t.Fatal(err)
	}
	if err := store.UnpackImage(t.Context(), built.Release.Image, root, nil); err != nil {
		t.Fatal(err)
	}
	program, err := elf.Open(filepath.Join(root, "app", "hello"))
	if err != nil {
		t.Fatal(err)
	}
	defer program.Close()
	if program.Machine != elf.EM_RISCV {
		t.Errorf("the program is for %v", program.Machine)
	}
}

func TestSBOM(t *testing.T) {
	files := releasetest.HelloModule()
	files["go.mod"] += "\nrequire example.org/greet v1.2.3\n\nreplace example.org/greet => ./greet\n"
	files["main.go"] = "package main\n\nimport \"example.org/greet\"\n\nfunc main() { println(greet.Word) }\n"
	files["greet/go.mod"] = "module example.org/greet\n"
	files["greet/greet.go"] = "package greet\n\nconst Word = \"hello\"\n"
	got := build(t, releasetest.NewRepo(t, files)).Release.SBOM
	if want := []gobuild.Module{{Path: "example.org/greet", Version: "v1.2.3"}}; !slices.Equal(got, want) {
		t.Errorf("SBOM %+v, want %+v", got, want)
	}
}

func TestBuildInSubdirectory(t *testing.T) {
	files := map[string]string{"README": "monorepo", "shared/x.txt": "x"}
	for name, content := range releasetest.HelloModule() {
		files["apps/hello/"+name] = content
	}
	dir := releasetest.NewRepo(t, files)
	for _, from := range []string{"apps/hello", "apps/hello/deeper"} {
		releasetest.MakeDir(t, filepath.Join(dir, from))
		if r := openRepo(t, filepath.Join(dir, from)); r.Prefix != "apps/hello" {
			t.Errorf("opened in %s: prefix %q", from, r.Prefix)
		}
	}
	if built := build(t, filepath.Join(dir, "apps/hello")); built.Release.App != "hello" {
		t.Errorf("app %q", built.Release.App)
	}
}

func TestBuildFailureShowsCompilerOutput(t *testing.T) {
	temp := releasetest.IsolateCache(t)
	files := releasetest.HelloModule()
	files["main.go"] = "package main\n\nfunc main() { undefinedThing() }\n"
	dir := releasetest.NewRepo(t, files)
	_, err := tryBuild(t.Context(), dir)
	releasetest.WantProblem(t, err, problem.Failed, "go build . failed", "go build .")
	if got := releasetest.ErrorLines(err); !strings.Contains(got, "main.go:3:15: undefined: undefinedThing") || strings.Contains(got, temp) {
		t.Errorf("compiler output %q", got)
	}
	releasetest.WantEmpty(t, temp)
}

func TestBuildProblems(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(map[string]string)
		want   string
	}{
		"no configuration":  {func(f map[string]string) { delete(f, "version-manager.yaml") }, "has no version-manager.yaml"},
		"bad configuration": {func(f map[string]string) { f["version-manager.yaml"] = "name: hello\nbuild: {}\n" }, "exactly one of"},
		"library":           {func(f map[string]string) { f["main.go"] = "package lib\n" }, "is a library, not a program"},
		"missing infra": {func(f map[string]string) { f["version-manager.yaml"] += "infrastructure: [infra]\n" },
			`names "infra" under infrastructure`},
		"missing image": {func(f map[string]string) { f["version-manager.yaml"] = "name: hello\nbuild: {image: dist/x.tar}\n" },
			"read image dist/x.tar"},
	} {
		t.Run(name, func(t *testing.T) {
			files := releasetest.HelloModule()
			tt.change(files)
			dir := releasetest.NewRepo(t, files)
			temp := releasetest.IsolateCache(t)
			_, err := tryBuild(t.Context(), dir)
			releasetest.WantProblem(t, err, problem.Failed, tt.want, "")
			releasetest.WantEmpty(t, temp)
		})
	}
}

// An image that is passed on has to come with the terms of what is in it.
func TestImageHasNotices(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles a dependency")
	}
	files := releasetest.HelloModule()
	files["go.mod"] = "module example.org/hello\n\ngo 1.26\n\nrequire example.org/dep v0.0.0\n\nreplace example.org/dep => ./dep\n"
	files["main.go"] = "package main\n\nimport \"example.org/dep\"\n\nfunc main() { println(dep.Hello) }\n"
	files["dep/go.mod"] = "module example.org/dep\n"
	files["dep/dep.go"] = "package dep\n\nconst Hello = \"hello\"\n"
	files["dep/LICENSE"] = "All yours.\n"
	files["dep/sub/NOTICE.txt"] = "Made by Ada.\n"
	files["dep/testdata/LICENSE"] = "not linked\n"
	built := build(t, releasetest.NewRepo(t, files))
	text, err := built.Image.ReadFile(licenses.Path)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Copyright 2009 The Go Authors", "example.org/dep v0.0.0 LICENSE", "All yours.", "NOTICE.txt", "Made by Ada."} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the notices lack %q", want)
		}
	}
	if strings.Contains(string(text), "not linked") {
		t.Error("they have what is not linked")
	}
}

// What was built before images had notices is restored as it was.
func TestEarlierImageIsRestored(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	built := build(t, dir)
	now := built.Image.Digest
	if err := built.packBare(); err != nil {
		t.Fatal(err)
	}
	earlier := built.Image.Digest
	if earlier == now {
		t.Fatal("the notices change nothing")
	}
	for said, want := range map[string]string{"": now, now: now, earlier: earlier, "sha256:other": now} {
		b := build(t, dir)
		if err := b.matchEarlier(said); err != nil || b.Image.Digest != want || b.Release.Image != want {
			t.Errorf("tag %.19s: image %.19s, release %.19s, %v, want %.19s", said, b.Image.Digest, b.Release.Image, err, want)
		}
	}
}
