package docs

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

const (
	module       = "version-manager"
	maxPathFiles = 12
)

// hop is one function on the documented path of a switch.
type hop struct{ file, function string }

// TestPathOfASwitch follows the calls from main to the write of the HTTPRoute
// along the table in ARCHITECTURE.md: each function exists in its file and
// refers to the next one.
func TestPathOfASwitch(t *testing.T) {
	hops, files := documentedPath(t)
	if files > maxPathFiles {
		t.Errorf("the path has %d files, at most %d are allowed", files, maxPathFiles)
	}
	if len(hops) < 10 || hops[0] != (hop{"cmd/version-manager/main.go", "main"}) {
		t.Fatalf("the path does not begin in main: %v", hops)
	}
	for i, h := range hops {
		body, imports := findFunction(t, h)
		if body == nil {
			t.Errorf("%s has no function %s", h.file, h.function)
			continue
		}
		next := hop{"internal/kube", "UpdateObject"} // the write itself
		if i+1 < len(hops) {
			next = hops[i+1]
		}
		if !refersTo(body, imports, h, next) {
			t.Errorf("%s in %s does not call %s in %s", h.function, h.file, next.function, next.file)
		}
	}
}

// TestPathNoticesAWrongHop: a path through a function that is not called is
// refused.
func TestPathNoticesAWrongHop(t *testing.T) {
	main := hop{"cmd/version-manager/main.go", "main"}
	body, imports := findFunction(t, main)
	for next, want := range map[hop]bool{
		{"internal/cli/cli.go", "Main"}:         true,
		{"internal/cli/cli.go", "newRoot"}:      false,
		{"internal/ui/streams.go", "Main"}:      false, // another package
		{"cmd/version-manager/main.go", "Main"}: false,
	} {
		if got := refersTo(body, imports, main, next); got != want {
			t.Errorf("main refers to %v: %t", next, got)
		}
	}
}

// documentedPath reads the table of the section, and counts its files.
func documentedPath(t *testing.T) (hops []hop, files int) {
	t.Helper()
	_, section, found := strings.Cut(readFile(t, "ARCHITECTURE.md"), "\n## The path of a switch\n")
	if !found {
		t.Fatal("ARCHITECTURE.md has no section about the path of a switch")
	}
	section, _, _ = strings.Cut(section, "\n## ")
	row := regexp.MustCompile("(?m)^\\| `([^`]+\\.go)` \\| ([^|]+) \\|")
	name := regexp.MustCompile("`([^`]+)`")
	for _, cells := range row.FindAllStringSubmatch(section, -1) {
		files++
		for _, function := range name.FindAllStringSubmatch(cells[2], -1) {
			hops = append(hops, hop{cells[1], function[1]})
		}
	}
	return hops, files
}

// findFunction returns the body of a function or method, nil if the file has
// none, and the imports of the file by their local names.
func findFunction(t *testing.T, h hop) (*ast.BlockStmt, map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, h.file), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	imports := map[string]string{}
	for _, i := range file.Imports {
		target, _ := strconv.Unquote(i.Path.Value)
		local := path.Base(target)
		if i.Name != nil {
			local = i.Name.Name
		}
		imports[local] = target
	}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Name.Name == h.function {
			return f.Body, imports
		}
	}
	return nil, imports
}

// refersTo reports whether a body names the next function: by itself in the
// same package, by the import of another package, or as a method of a value.
func refersTo(body *ast.BlockStmt, imports map[string]string, from, to hop) bool {
	found := false
	var visit func(ast.Node) bool
	visit = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.SelectorExpr:
			imported := ""
			if value, isName := n.X.(*ast.Ident); isName {
				imported = imports[value.Name]
			}
			if n.Sel.Name == to.function && (imported == "" || imported == module+"/"+path.Dir(to.file)) {
				found = true
			}
			ast.Inspect(n.X, visit)
			return false // Sel is not a separate name
		case *ast.Ident:
			found = found || n.Name == to.function && path.Dir(from.file) == path.Dir(to.file)
		}
		return true
	}
	ast.Inspect(body, visit)
	return found
}
