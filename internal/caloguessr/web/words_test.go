package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"version-manager/internal/caloguessr/i18n"
)

// TestWords: every text that a page or the code uses exists, and every text is used.
func TestWords(t *testing.T) {
	words, err := i18n.LoadPrinters()
	if err != nil {
		t.Fatal(err)
	}
	known := slices.Collect(words["en"].ListKeys())
	used := map[string]bool{}
	for key := range keysInTemplates(t) {
		used[key] = true
		if !slices.Contains(known, key) {
			t.Errorf("a template uses the unknown key %s", key)
		}
	}
	looksLikeKey := regexp.MustCompile(`^(app|home|photo|result|confidence|search|keys|problem)\.[a-zA-Z]+$`)
	for s := range stringsInCode(t) {
		used[s] = true
		if looksLikeKey.MatchString(s) && !slices.Contains(known, s) {
			t.Errorf("the code uses the unknown key %s", s)
		}
	}
	for _, key := range known {
		if !used[key] {
			t.Errorf("%s is not used", key)
		}
	}
}

func keysInTemplates(t *testing.T) map[string]bool {
	t.Helper()
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil || len(names) == 0 {
		t.Fatal("no templates", err)
	}
	call, keys := regexp.MustCompile(`\.T "([^"]+)"`), map[string]bool{}
	for _, name := range names {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllSubmatch(data, -1) {
			keys[string(m[1])] = true
		}
	}
	return keys
}

func stringsInCode(t *testing.T) map[string]bool {
	t.Helper()
	found, set := map[string]bool{}, token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil || len(names) == 0 {
		t.Fatal("no code", err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				if s, err := strconv.Unquote(lit.Value); err == nil {
					found[s] = true
				}
			}
			return true
		})
	}
	return found
}

// TestStyleIsSmall: the style sheet is handwritten and stays small.
func TestStyleIsSmall(t *testing.T) {
	data, err := fs.ReadFile(files, "static/app.css")
	if err != nil || len(data) >= 10_000 {
		t.Errorf("app.css has %d bytes, %v", len(data), err)
	}
}
