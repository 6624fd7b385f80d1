// Package docs has no code: its tests keep the documents true.
package docs

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = ".."

// readDocuments returns all documents of this repository by their paths.
func readDocuments(t *testing.T) map[string]string {
	t.Helper()
	var paths []string
	for _, pattern := range []string{"*.md", "decisions/*.md", "../*.md", "../test/*/*.md"} {
		found, err := filepath.Glob(pattern)
		if err != nil || len(found) == 0 {
			t.Fatalf("%s matches no document, %v", pattern, err)
		}
		paths = append(paths, found...)
	}
	documents := map[string]string{}
	for _, path := range paths {
		documents[path] = readFile(t, path)
	}
	return documents
}

func readFile(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// Every path that a document names in backticks or as a link exists, and so
// does the heading that a link names.
func TestPathsExist(t *testing.T) {
	checked := 0
	for path, text := range readDocuments(t) {
		problems, n := checkPaths(path, text)
		checked += n
		for _, p := range problems {
			t.Error(p)
		}
	}
	if checked < 100 {
		t.Errorf("only %d paths were found: the patterns do not match the documents", checked)
	}
}

var (
	quotedPath = regexp.MustCompile("`((?:internal|cmd|test|docs|manifests|deploy|cluster|\\.ci)/[A-Za-z0-9_./-]+)`")
	linkedPath = regexp.MustCompile(`\]\(([^):\s]+)\)`)
)

// checkPaths returns what is wrong with the paths of a document, and how many
// paths it has.
func checkPaths(path, text string) (problems []string, n int) {
	quoted, linked := quotedPath.FindAllStringSubmatch(text, -1), linkedPath.FindAllStringSubmatch(text, -1)
	for _, m := range quoted {
		if strings.Contains(text, "```go "+m[1]+"\n") {
			continue // the page itself has this file
		}
		if !pathExists(filepath.Join(root, m[1])) {
			problems = append(problems, fmt.Sprintf("%s names %s, which does not exist", path, m[1]))
		}
	}
	for _, m := range linked {
		file, heading, _ := strings.Cut(m[1], "#")
		target := path
		if file != "" {
			target = filepath.Join(filepath.Dir(path), file)
		}
		if !pathExists(target) || heading != "" && !slices.Contains(headingsOf(target), heading) {
			problems = append(problems, fmt.Sprintf("%s links to %s, which does not exist", path, m[1]))
		}
	}
	return problems, len(quoted) + len(linked)
}

func pathExists(path string) bool {
	_, err := os.Stat(strings.TrimSuffix(path, "/..."))
	return err == nil
}

// headingsOf returns the anchors of a document's headings.
func headingsOf(path string) []string {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil
	}
	var anchors []string
	dropped := regexp.MustCompile("[^a-z0-9 _-]")
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(string(text), -1) {
		anchors = append(anchors, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return anchors
}

func TestCheckPaths(t *testing.T) {
	for _, tt := range []struct {
		text  string
		wrong int
		n     int
	}{
		{"no path", 0, 0},
		{"`docs/docs_test.go` and `internal/config/...`", 0, 2},
		{"`docs/none.go`", 1, 1},
		{"`cluster/none` and `cluster/go.mod`", 1, 2},
		{"[page](config.md), [part](config.md#the-app), [here](https://example.org)", 0, 2},
		{"`cmd/shop/main.go`:\n```go cmd/shop/main.go\n```\n", 0, 1},
		{"[page](none.md)", 1, 1},
		{"[part](config.md#none)", 1, 1},
	} {
		if problems, n := checkPaths("ARCHITECTURE.md", tt.text); len(problems) != tt.wrong || n != tt.n {
			t.Errorf("%q: %q in %d paths, want %d in %d", tt.text, problems, n, tt.wrong, tt.n)
		}
	}
}

// Every folder directly below internal is on the map.
func TestMapIsComplete(t *testing.T) {
	text := readFile(t, "ARCHITECTURE.md")
	folders, err := os.ReadDir("../internal")
	if err != nil || len(folders) < 10 {
		t.Fatalf("internal has %d folders, %v", len(folders), err)
	}
	for _, f := range folders {
		if f.IsDir() && !regexp.MustCompile("`internal/"+f.Name()+"[`/]").MatchString(text) {
			t.Errorf("ARCHITECTURE.md does not say what internal/%s is", f.Name())
		}
	}
}

// Every test that a document names exists.
func TestNamedTestsExist(t *testing.T) {
	declared := declaredTests(t)
	if len(declared) < 500 {
		t.Fatalf("only %d tests were found in the code", len(declared))
	}
	checked := 0
	for path, text := range readDocuments(t) {
		for _, m := range regexp.MustCompile("`(Test[A-Z][A-Za-z0-9]*)`").FindAllStringSubmatch(text, -1) {
			checked++
			if !declared[m[1]] {
				t.Errorf("%s names %s, which does not exist", path, m[1])
			}
		}
	}
	if checked == 0 {
		t.Error("no document names a test: the pattern is wrong")
	}
}

func declaredTests(t *testing.T) map[string]bool {
	t.Helper()
	declaration := regexp.MustCompile(`(?m)^func (Test[A-Z]\w*)\(`)
	declared := map[string]bool{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(path, "_test.go") {
			for _, m := range declaration.FindAllStringSubmatch(readFile(t, path), -1) {
				declared[m[1]] = true
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return declared
}

// What a script writes into the README is there.
func TestReadmeIsRecorded(t *testing.T) {
	text := readFile(t, "../README.md")
	for name, want := range map[string]string{"transcript": "$ make run\n", "commands": "| `rollback [VERSION]` |"} {
		_, rest, _ := strings.Cut(text, "<!-- begin "+name+" -->")
		content, _, closed := strings.Cut(rest, "<!-- end "+name+" -->")
		if !closed || !strings.Contains(content, want) {
			t.Errorf("the %s is missing: make readme", name)
		}
	}
}

// Every make target that a document names exists.
func TestMakeTargetsExist(t *testing.T) {
	makefile := readFile(t, "../Makefile")
	named := map[string]string{}
	for path, text := range readDocuments(t) {
		for _, m := range regexp.MustCompile("(?m)(?:`|^)make ([a-z0-9-]+)").FindAllStringSubmatch(text, -1) {
			named[m[1]] = path
		}
	}
	for _, target := range slices.Sorted(maps.Keys(named)) {
		if !strings.Contains(makefile, "\n"+target+":") {
			t.Errorf("%s names make %s, which the Makefile does not have", named[target], target)
		}
	}
	if len(named) < 10 {
		t.Errorf("only %d targets were found: the pattern is wrong", len(named))
	}
}
