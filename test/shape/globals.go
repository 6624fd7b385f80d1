package main

import (
	"go/ast"
	"go/token"
	"strings"
)

// isHarmless reports whether a value may be a package variable: a sentinel
// error or a compiled pattern.
func isHarmless(value ast.Expr) bool {
	call, ok := value.(*ast.CallExpr)
	if !ok {
		return false
	}
	of, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return false
	}
	pkg, ok := of.X.(*ast.Ident)
	if !ok {
		return false
	}
	switch pkg.Name + "." + of.Sel.Name {
	case "errors.New", "fmt.Errorf", "regexp.MustCompile":
		return true
	}
	return false
}

// globalVariables lists package variables that are no sentinel error, no
// pattern, no embedded file and no compile-time check (var _ I = T{}).
func (t tree) globalVariables() []string {
	var found []string
	for _, file := range t.codeFiles() {
		for _, d := range file.syntax.Decls {
			group, ok := d.(*ast.GenDecl)
			if !ok || group.Tok != token.VAR {
				continue
			}
			for _, spec := range group.Specs {
				found = append(found, variablesIn(file, group, spec.(*ast.ValueSpec))...)
			}
		}
	}
	return found
}

func variablesIn(file sourceFile, group *ast.GenDecl, spec *ast.ValueSpec) []string {
	if isEmbedded(group.Doc) || isEmbedded(spec.Doc) {
		return nil
	}
	var found []string
	for i, name := range spec.Names {
		if name.Name == "_" || strings.HasPrefix(name.Name, "Err") || i < len(spec.Values) && isHarmless(spec.Values[i]) {
			continue
		}
		found = append(found, file.place(name.Pos())+" "+name.Name)
	}
	return found
}

func isEmbedded(doc *ast.CommentGroup) bool {
	if doc == nil {
		return false
	}
	for _, c := range doc.List {
		if strings.HasPrefix(c.Text, "//go:embed ") {
			return true
		}
	}
	return false
}
