package internal_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
)

// TestWaitsHaveDeadlines looks at every test for waits that can last forever:
// a receive outside of select in the body of a test or of its helpers, and an
// HTTP client without a timeout. internal/kit/waittest has what to use instead.
// What a function literal or a fake waits for is not looked at: it is a handler
// or a goroutine, and the test that waits for that one has the deadline.
func TestWaitsHaveDeadlines(t *testing.T) {
	looked := 0
	err := filepath.WalkDir("..", func(path string, e fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, "_test.go") || strings.Contains(path, "testdata") {
			return err
		}
		looked++
		files := token.NewFileSet()
		file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		for _, w := range endlessWaits(file) {
			t.Errorf("%s: %s", files.Position(w.at), w.why)
		}
		return nil
	})
	if err != nil || looked < 100 {
		t.Fatalf("looked at %d files: %v", looked, err)
	}
}

type endlessWait struct {
	at  token.Pos
	why string
}

func endlessWaits(file *ast.File) []endlessWait {
	var found []endlessWait
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil {
			continue
		}
		inTest := hasTestParameter(f.Type)
		ast.Inspect(f.Body, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncLit:
				return hasTestParameter(n.Type)
			case *ast.CommClause:
				for _, s := range n.Body { // the case itself may receive: another one can end the select
					found = append(found, endlessWaits(wrap(s, f.Type))...)
				}
				return false
			case *ast.UnaryExpr:
				if n.Op == token.ARROW && inTest {
					found = append(found, endlessWait{n.Pos(), "this receive may wait forever: use waittest.Receive"})
				}
			case *ast.SelectorExpr:
				if x, ok := n.X.(*ast.Ident); ok && x.Name == "http" && clientWithoutTimeout(n.Sel.Name) {
					found = append(found, endlessWait{n.Pos(), "this client has no timeout: use waittest.Client"})
				}
			}
			return true
		})
	}
	return found
}

// hasTestParameter reports whether a function can fail a test: one of its
// parameters is a *testing.T, or the TB of all kinds of tests.
func hasTestParameter(f *ast.FuncType) bool {
	for _, p := range f.Params.List {
		kind := p.Type
		if star, ok := kind.(*ast.StarExpr); ok {
			kind = star.X
		}
		if sel, ok := kind.(*ast.SelectorExpr); ok && (sel.Sel.Name == "T" || sel.Sel.Name == "TB") {
			return true
		}
	}
	return false
}

func clientWithoutTimeout(name string) bool {
	switch name {
	case "Get", "Post", "PostForm", "Head", "DefaultClient":
		return true
	}
	return false
}

// wrap makes a file of one statement, in a function of the given type.
func wrap(s ast.Stmt, in *ast.FuncType) *ast.File {
	f := &ast.FuncDecl{Name: ast.NewIdent("f"), Type: in, Body: &ast.BlockStmt{List: []ast.Stmt{s}}}
	return &ast.File{Name: ast.NewIdent("p"), Decls: []ast.Decl{f}}
}

func TestEndlessWaitsAreFound(t *testing.T) {
	for body, want := range map[string]int{
		`<-c`:                                   1,
		`if v := <-c; v > 0 { }`:                1,
		`for range 3 { <-c }`:                   1,
		`select { case <-c: case <-d: }`:        0,
		`select { case <-c: <-d; case <-e: }`:   1,
		`go func() { <-c }()`:                   0,
		`t.Run("", func(t *testing.T) { <-c })`: 1,
		`http.Get(u)`:                           1,
		`http.DefaultClient.Do(r)`:              1,
		`waittest.Receive(t, c)`:                0,
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f(t *testing.T) { "+body+" }", parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		if got := len(endlessWaits(file)); got != want {
			t.Errorf("%s: found %d, want %d", body, got, want)
		}
	}
}
