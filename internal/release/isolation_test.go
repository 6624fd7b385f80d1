package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
	"version-manager/internal/release/releasetest"
)

// plantAbove puts files into a folder above the one in which builds happen, as
// another user can where that is shared.
func plantAbove(t *testing.T, files map[string]string) {
	t.Helper()
	base := releasetest.IsolateCache(t)
	for at := base; strings.HasPrefix(at, os.Getenv("XDG_CACHE_HOME")); at = filepath.Dir(at) {
		releasetest.WriteFiles(t, at, files)
	}
}

func TestNothingAboveTheTreeIsRead(t *testing.T) {
	dir := releasetest.NewRepo(t, releasetest.HelloModule())
	want := build(t, dir).Image.Digest
	evil := t.TempDir()
	releasetest.WriteFiles(t, evil, map[string]string{
		"go.mod": "module example.org/hello\n\ngo 1.26\n", "main.go": "package main\n\nfunc main() { println(\"evil\") }\n",
	})
	plantAbove(t, map[string]string{
		"go.work":            "go 1.26\n\nuse " + evil + "\n",
		"go.mod":             "module example.org/hello\n\ngo 1.999\n\ntoolchain go1.999.0\n",
		"vendor/modules.txt": "# evil\n",
		".git":               "gitdir: " + evil + "\n",
		"main.go":            "package main\n\nfunc main() { println(\"evil\") }\n",
	})
	temp := t.TempDir()
	releasetest.WriteFiles(t, temp, map[string]string{"go.work": "go 1.26\n\nuse " + evil + "\n", "overlay.json": `{"Replace": {}}`})
	t.Setenv("TMPDIR", temp)
	t.Setenv("GOTMPDIR", temp)
	t.Setenv("GOWORK", filepath.Join(temp, "go.work"))
	t.Setenv("GOFLAGS", "-toolexec=/bin/false")
	t.Setenv("GOPATH", evil)
	if got := build(t, dir).Image.Digest; got != want {
		t.Errorf("the same commit gave %s and %s", want, got)
	}

	files := releasetest.HelloModule()
	delete(files, "go.mod")
	_, err := tryBuild(t.Context(), releasetest.NewRepo(t, files))
	releasetest.WantProblem(t, err, problem.Failed, "the commit has no go.mod", "go mod init")
}

func symlink(t *testing.T, target, path string) {
	t.Helper()
	if err := os.Symlink(target, path); err != nil {
		t.Fatal(err)
	}
}

func TestGoWorkOfTheRepository(t *testing.T) {
	files := map[string]string{
		"go.work":         "go 1.26\n\nuse (\n\t./apps/hello\n\t./greet\n)\n",
		"greet/go.mod":    "module example.org/greet\n\ngo 1.26\n",
		"greet/greet.go":  "package greet\n\nconst Word = \"hello\"\n",
		"elsewhere/x.txt": "",
	}
	for name, content := range releasetest.HelloModule() {
		files["apps/hello/"+name] = content
	}
	files["apps/hello/main.go"] = "package main\n\nimport \"example.org/greet\"\n\nfunc main() { println(greet.Word) }\n"
	build(t, filepath.Join(releasetest.NewRepo(t, files), "apps", "hello"))

	files["go.work"] = "go 1.26\n\nuse (\n\t./apps/hello\n\t../greet\n)\n"
	_, err := tryBuild(t.Context(), filepath.Join(releasetest.NewRepo(t, files), "apps", "hello"))
	releasetest.WantProblem(t, err, problem.Failed, "go.work uses the folder ../greet, which is not in the repository", "go work edit -dropuse='../greet'")
}

func TestReplacedByFolderOutside(t *testing.T) {
	outside := t.TempDir()
	releasetest.WriteFiles(t, outside, map[string]string{"go.mod": "module example.org/greet\n", "greet.go": "package greet\n\nconst Word = \"evil\"\n"})
	for _, folder := range []string{outside, "../greet", "./sub/../../greet", "./link/greet", "./link"} {
		for _, file := range []string{"go.mod", "go.work"} {
			t.Run(file+" "+filepath.Base(folder), func(t *testing.T) {
				files := releasetest.HelloModule()
				files["go.mod"] += "\nrequire example.org/greet v1.2.3\n"
				if file == "go.work" {
					files[file] = "go 1.26\n\nuse .\n"
				}
				files[file] += "\nreplace example.org/greet => " + folder + "\n"
				files["main.go"] = "package main\n\nimport \"example.org/greet\"\n\nfunc main() { println(greet.Word) }\n"
				files["sub/x.txt"] = ""
				dir := releasetest.NewRepo(t, files)
				if strings.Contains(folder, "link") {
					symlink(t, outside, filepath.Join(dir, "link"))
					releasetest.CommitAll(t, dir, "link")
				}
				_, err := tryBuild(t.Context(), dir)
				if err == nil || strings.Contains(folder, "..") && !strings.Contains(err.Error(), file+" replaces example.org/greet by the folder "+folder) {
					t.Errorf("error %v", err)
				}
			})
		}
	}
}

func TestPackageIsCheckedBeforeItIsCompiled(t *testing.T) {
	for pkg, want := range map[string]string{
		"./nowhere": "build.package ./nowhere cannot be built",
		"./...":     "names 2 packages",
		"./lib":     "is a library, not a program",
	} {
		files := releasetest.HelloModule()
		files["version-manager.yaml"] = "name: hello\nbuild: {package: " + pkg + "}\n"
		files["lib/lib.go"] = "package lib\n"
		_, err := tryBuild(t.Context(), releasetest.NewRepo(t, files))
		releasetest.WantProblem(t, err, problem.Failed, want, "")
	}
}
