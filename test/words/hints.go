package main

import (
	"fmt"
	"go/ast"
	"regexp"
)

// notPasted is what turns a command into an explanation of one: a remark in
// parentheses, or words between two commands.
var notPasted = regexp.MustCompile(` {2,}\(|, or: |, then:? |; then `)

// hintArgument returns the hint of a problem.New or problem.Wrap, or nil.
func hintArgument(call *ast.CallExpr) ast.Expr {
	pkg, name := calledName(call)
	switch {
	case pkg == "problem" && name == "New" && len(call.Args) > 1:
		return call.Args[1]
	case pkg == "problem" && name == "Wrap" && len(call.Args) > 2:
		return call.Args[2]
	}
	return nil
}

// assignedHint returns what an assignment to a variable named hint assigns.
func assignedHint(a *ast.AssignStmt) ast.Expr {
	to, ok := a.Lhs[0].(*ast.Ident)
	if !ok || to.Name != "hint" || len(a.Rhs) != 1 {
		return nil
	}
	return a.Rhs[0]
}

// markHint marks an expression, or the format of a fmt.Sprintf.
func (r *goReader) markHint(e ast.Expr) {
	if call, ok := e.(*ast.CallExpr); ok {
		if pkg, name := calledName(call); pkg == "fmt" && name == "Sprintf" {
			r.markHint(call.Args[0])
		}
		return
	}
	if e != nil {
		r.hints[e] = true
	}
}

// findHints returns a line for each hint that cannot be pasted as it stands.
func findHints(texts []text) []string {
	var found []string
	for _, t := range texts {
		if t.hint && notPasted.MatchString(t.value) {
			found = append(found, fmt.Sprintf("%s:%d: hint %q, better: one command that can be pasted", t.path, t.line, t.value))
		}
	}
	return found
}
