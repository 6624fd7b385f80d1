package release

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

// plantAbove puts files into a folder above the one in which builds happen, as
// another user can where that is shared.
func plantAbove(t *testing.T, files map[string]string) {
	t.Helper()
	base := isolateCache(t)
	for at := base; strings.HasPrefix(at, os.Getenv("XDG_CACHE_HOME")); at = filepath.Dir(at) {
		write(t, at, files)
	}
}

func TestNothingAboveTheTreeIsRead(t *testing.T) {
	dir := newRepo(t, helloModule())
	want := build(t, dir).Image.Digest
	evil := t.TempDir()
	write(t, evil, map[string]string{
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
	write(t, temp, map[string]string{"go.work": "go 1.26\n\nuse " + evil + "\n", "overlay.json": `{"Replace": {}}`})
	t.Setenv("TMPDIR", temp)
	t.Setenv("GOTMPDIR", temp)
	t.Setenv("GOWORK", filepath.Join(temp, "go.work"))
	t.Setenv("GOFLAGS", "-toolexec=/bin/false")
	t.Setenv("GOPATH", evil)
	if got := build(t, dir).Image.Digest; got != want {
		t.Errorf("the same commit gave %s and %s", want, got)
	}

	files := helloModule()
	delete(files, "go.mod")
	_, err := tryBuild(t.Context(), newRepo(t, files))
	wantProblem(t, err, problem.Failed, "the commit has no go.mod", "go mod init")
}

// The folder in which a version is built is this user's alone.
func TestBuildsHappenInThePrivateCache(t *testing.T) {
	base := isolateCache(t)
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	abandoned := filepath.Join(base, "build-killed")
	write(t, abandoned, map[string]string{"tree/main.go": ""})
	if err := os.Chmod(filepath.Dir(base), 0o700); err != nil {
		t.Fatal(err)
	}
	work, err := newWorkspace()
	if err != nil || work.note != "" {
		t.Fatalf("%+v, %v", work, err)
	}
	defer work.close()
	if filepath.Dir(work.dir) != base {
		t.Errorf("built in %s, want a folder in %s", work.dir, base)
	}
	if _, err := os.Stat(abandoned); err == nil {
		t.Error("what a killed build left is still there")
	}
	other, err := newWorkspace()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(work.dir); err != nil {
		t.Errorf("a second build removed the first one's folder: %v", err)
	}
	if err := other.close(); err != nil {
		t.Error(err)
	}
	nothingLeft(t, temp)
}

func TestUnsafeCacheIsNotUsed(t *testing.T) {
	for name, spoil := range map[string]func(t *testing.T, cache string){
		"everybody may write above": func(t *testing.T, cache string) { chmod(t, filepath.Dir(cache), 0o777) },
		"everybody may write":       func(t *testing.T, cache string) { mkdir(t, cache); chmod(t, cache, 0o777) },
		"a group may write":         func(t *testing.T, cache string) { mkdir(t, cache); chmod(t, cache, 0o770) },
		"not a folder": func(t *testing.T, cache string) {
			write(t, filepath.Dir(cache), map[string]string{filepath.Base(cache): ""})
		},
		"another user's": func(t *testing.T, cache string) {
			if os.Getuid() != 0 {
				t.Skip("only root can make a folder of another user")
			}
			mkdir(t, cache)
			if err := os.Chown(cache, 65534, 65534); err != nil {
				t.Fatal(err)
			}
		},
		"below another user's": func(t *testing.T, cache string) {
			if os.Getuid() != 0 {
				t.Skip("only root can make a folder of another user")
			}
			if err := os.Chown(filepath.Dir(cache), 65534, 65534); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "cache")
			mkdir(t, root)
			cache := filepath.Join(root, "version-manager")
			if err := makePrivate(cache); err != nil {
				t.Fatalf("a good one: %v", err)
			}
			if err := os.Remove(cache); err != nil {
				t.Fatal(err)
			}
			spoil(t, cache)
			if err := makePrivate(cache); err == nil {
				t.Error("it was accepted")
			}
		})
	}
}

func chmod(t *testing.T, path string, mode os.FileMode) {
	t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
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
	for name, content := range helloModule() {
		files["apps/hello/"+name] = content
	}
	files["apps/hello/main.go"] = "package main\n\nimport \"example.org/greet\"\n\nfunc main() { println(greet.Word) }\n"
	build(t, filepath.Join(newRepo(t, files), "apps", "hello"))

	files["go.work"] = "go 1.26\n\nuse (\n\t./apps/hello\n\t../greet\n)\n"
	_, err := tryBuild(t.Context(), filepath.Join(newRepo(t, files), "apps", "hello"))
	wantProblem(t, err, problem.Failed, "go.work uses the folder ../greet, which is not in the repository", "go work edit -dropuse='../greet'")
}

func TestReplacedByFolderOutside(t *testing.T) {
	outside := t.TempDir()
	write(t, outside, map[string]string{"go.mod": "module example.org/greet\n", "greet.go": "package greet\n\nconst Word = \"evil\"\n"})
	for _, folder := range []string{outside, "../greet", "./sub/../../greet", "./link/greet", "./link"} {
		for _, file := range []string{"go.mod", "go.work"} {
			t.Run(file+" "+filepath.Base(folder), func(t *testing.T) {
				files := helloModule()
				files["go.mod"] += "\nrequire example.org/greet v1.2.3\n"
				if file == "go.work" {
					files[file] = "go 1.26\n\nuse .\n"
				}
				files[file] += "\nreplace example.org/greet => " + folder + "\n"
				files["main.go"] = "package main\n\nimport \"example.org/greet\"\n\nfunc main() { println(greet.Word) }\n"
				files["sub/x.txt"] = ""
				dir := newRepo(t, files)
				if strings.Contains(folder, "link") {
					symlink(t, outside, filepath.Join(dir, "link"))
					commitAll(t, dir, "link")
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
		files := helloModule()
		files["version-manager.yaml"] = "name: hello\nbuild: {package: " + pkg + "}\n"
		files["lib/lib.go"] = "package lib\n"
		_, err := tryBuild(t.Context(), newRepo(t, files))
		wantProblem(t, err, problem.Failed, want, "")
	}
}
