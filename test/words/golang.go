package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
)

// goReader collects the strings and comments of one Go file.
type goReader struct {
	path      string
	positions *token.FileSet
	inTest    bool              // users never see its strings
	known     map[ast.Expr]bool // strings that are shown whatever they look like
	hints     map[ast.Expr]bool // strings that are hints of errors
	texts     []text
}

func readGo(path string, content []byte) ([]text, error) {
	r := &goReader{path: path, positions: token.NewFileSet(), inTest: isForTests(path), known: map[ast.Expr]bool{}, hints: map[ast.Expr]bool{}}
	file, err := parser.ParseFile(r.positions, path, content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return nil, err
	}
	for _, group := range file.Comments {
		r.addComment(group)
	}
	for _, d := range file.Decls {
		if group, ok := d.(*ast.GenDecl); !ok || group.Tok != token.IMPORT {
			ast.Inspect(d, r.visitNode)
		}
	}
	return r.texts, nil
}

// addComment keeps the lines of a comment, without directives.
func (r *goReader) addComment(group *ast.CommentGroup) {
	var lines []string
	for _, c := range group.List {
		line := strings.TrimPrefix(strings.TrimPrefix(c.Text, "//"), "/*")
		if strings.HasPrefix(c.Text, "//go:") {
			line = ""
		}
		lines = append(lines, strings.TrimSuffix(line, "*/"))
	}
	r.texts = append(r.texts, text{path: r.path, line: r.lineOf(group.Pos()), value: strings.Join(lines, "\n")})
}

// visitNode keeps whole strings: parts that are added up are read as one.
func (r *goReader) visitNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CallExpr:
		r.markShown(shownArguments(n)...)
		r.markHint(hintArgument(n))
	case *ast.AssignStmt:
		r.markHint(assignedHint(n))
	case *ast.KeyValueExpr:
		if isShownField(n) {
			return !r.addList(n.Value)
		}
	case *ast.Field:
		n.Tag = nil
	case *ast.BinaryExpr:
		if joined, ok := joinStrings(n); ok {
			r.addString(n, joined)
			return false
		}
	case *ast.BasicLit:
		if n.Kind == token.STRING {
			r.addString(n, unquote(n))
		}
	}
	return true
}

func (r *goReader) addString(e ast.Expr, value string) {
	shown := !r.inTest && (r.known[e] && hasWord(value) || isProse(value))
	r.texts = append(r.texts, text{path: r.path, line: r.lineOf(e.Pos()), value: value, shown: shown, hint: r.hints[e] && !r.inTest})
}

// addList keeps the elements of a list of strings as one text, such as the
// headings of a table. Any other value is marked, and false is returned.
func (r *goReader) addList(value ast.Expr) bool {
	list, ok := value.(*ast.CompositeLit)
	if !ok {
		r.markShown(value)
		return false
	}
	var elements []string
	for _, e := range list.Elts {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return false
		}
		elements = append(elements, unquote(lit))
	}
	r.known[value] = true
	r.addString(value, strings.Join(elements, " | "))
	return true
}

func (r *goReader) markShown(values ...ast.Expr) {
	for _, v := range values {
		r.known[v] = true
	}
}

func (r *goReader) lineOf(pos token.Pos) int { return r.positions.Position(pos).Line }

// joinStrings returns the text of a sum that has a string in it. What is not a
// literal becomes an ellipsis.
func joinStrings(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BinaryExpr:
		if e.Op != token.ADD {
			return "", false
		}
		left, inLeft := joinStrings(e.X)
		right, inRight := joinStrings(e.Y)
		return left + right, inLeft || inRight
	case *ast.BasicLit:
		return unquote(e), e.Kind == token.STRING
	case *ast.ParenExpr:
		return joinStrings(e.X)
	}
	return "…", false
}

func unquote(lit *ast.BasicLit) string {
	value, err := strconv.Unquote(lit.Value)
	if err != nil {
		return lit.Value
	}
	return value
}

// isForTests reports whether a file is a test or a package that only tests use,
// such as kubetest or testenv.
func isForTests(path string) bool {
	folder := filepath.Base(filepath.Dir(path))
	return strings.HasSuffix(path, "_test.go") || strings.HasPrefix(path, "test/") ||
		strings.HasSuffix(folder, "test") || strings.HasPrefix(folder, "test")
}
