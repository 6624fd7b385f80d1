// Package docs has no code: its test keeps the documents true.
package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every path that a document names in backticks or as a link must exist.
func TestPathsExist(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	decisions, err := filepath.Glob("decisions/*.md")
	if err != nil {
		t.Fatal(err)
	}
	documents = append(append(documents, "../README.md", "../CHANGELOG.md"), decisions...)
	quoted := regexp.MustCompile("`((?:internal|cmd|test|docs|deploy)/[A-Za-z0-9_./-]+)`")
	link := regexp.MustCompile(`\]\(([A-Za-z0-9_./-]+)\)`)
	for _, d := range documents {
		text, err := os.ReadFile(d)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, m := range quoted.FindAllStringSubmatch(string(text), -1) {
			exists(t, d, filepath.Join("..", m[1]))
		}
		for _, m := range link.FindAllStringSubmatch(string(text), -1) {
			exists(t, d, filepath.Join(filepath.Dir(d), m[1]))
		}
	}
}

// What a script writes into the README must not be empty.
func TestReadmeIsRecorded(t *testing.T) {
	text, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"transcript", "commands"} {
		_, rest, _ := strings.Cut(string(text), "<!-- begin "+name+" -->")
		content, _, closed := strings.Cut(rest, "<!-- end "+name+" -->")
		if !closed || len(strings.TrimSpace(content)) < 100 {
			t.Errorf("the %s is missing: make readme", name)
		}
	}
}

func exists(t *testing.T, document, path string) {
	t.Helper()
	if _, err := os.Stat(strings.TrimSuffix(path, "/...")); err != nil {
		t.Errorf("%s names %s, which does not exist", document, path)
	}
}
