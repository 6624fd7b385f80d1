package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
)

// visitNode adds the mutants of one node.
func (in *instrumenter) visitNode(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.BinaryExpr:
		in.mutateBinary(n)
	case *ast.UnaryExpr:
		if n.Op == token.NOT {
			in.negateExpression(n)
		}
	case *ast.IfStmt:
		in.negateCondition(n.Cond)
	case *ast.ForStmt:
		in.negateCondition(n.Cond)
	case *ast.GenDecl:
		return n.Tok != token.CONST
	}
	return true
}

// negateCondition negates what decides a branch and is no operator: those are
// visited on their own.
func (in *instrumenter) negateCondition(e ast.Expr) {
	switch e := ast.Unparen(e).(type) {
	case *ast.Ident, *ast.CallExpr, *ast.SelectorExpr, *ast.IndexExpr:
		in.negateExpression(e)
	}
}

func (in *instrumenter) mutateBinary(e *ast.BinaryExpr) {
	if in.info.Types[e].Value != nil {
		return // a constant, which must stay one
	}
	switch e.Op {
	case token.LAND, token.LOR:
		in.mutateLogic(e)
	case token.EQL, token.NEQ:
		in.negateExpression(e)
	case token.LSS, token.LEQ, token.GTR, token.GEQ:
		in.negateExpression(e)
		in.callOperator(e, boundary, comparisonFunctions()[e.Op])
	case token.ADD, token.SUB, token.MUL, token.QUO:
		if in.isNumber(e) {
			in.callOperator(e, arithmetic, sumFunctions()[e.Op])
		}
	}
}

func comparisonFunctions() map[token.Token]string {
	return map[token.Token]string{token.LSS: "Less", token.LEQ: "LessEqual", token.GTR: "Greater", token.GEQ: "GreaterEqual"}
}

func sumFunctions() map[token.Token]string {
	return map[token.Token]string{token.ADD: "Add", token.SUB: "Subtract", token.MUL: "Multiply", token.QUO: "Divide"}
}

// negateExpression makes e its own opposite.
func (in *instrumenter) negateExpression(e ast.Expr) {
	if in.isBool(e) {
		in.wrapNode(e, fmt.Sprintf("mutantActive.EvalNot(%d, ", in.addMutant(e, negation)), ")")
	}
}

// callOperator makes a function call of a binary operator.
func (in *instrumenter) callOperator(e *ast.BinaryExpr, op operator, name string) {
	in.wrapNode(e, fmt.Sprintf("mutantActive.Eval%s(%d, ", name, in.addMutant(e, op)), ")")
	in.replaceOperator(e.OpPos, e.Op, ",")
}

// mutateLogic makes && and || calls that still evaluate their right side only when
// it is needed.
func (in *instrumenter) mutateLogic(e *ast.BinaryExpr) {
	if !in.isBool(e) {
		return
	}
	name := map[token.Token]string{token.LAND: "And", token.LOR: "Or"}[e.Op]
	in.wrapNode(e, fmt.Sprintf("mutantActive.Eval%s(%d, func() bool { return (", name, in.addMutant(e, logic)), ") })")
	in.replaceOperator(e.OpPos, e.Op, ") }, func() bool { return (")
	in.negateCondition(e.X)
	in.negateCondition(e.Y)
}

// isBool reports whether e is a plain bool: a function cannot return another.
func (in *instrumenter) isBool(e ast.Expr) bool {
	tv := in.info.Types[e]
	if id, ok := e.(*ast.Ident); ok && tv.Type == nil {
		if o := in.info.ObjectOf(id); o != nil {
			tv.Type = o.Type()
		}
	}
	basic, ok := types.Unalias(orNil(tv.Type)).(*types.Basic)
	return ok && basic.Info()&types.IsBoolean != 0 && tv.Value == nil
}

func (in *instrumenter) isNumber(e ast.Expr) bool {
	t := in.info.Types[e].Type
	if t == nil {
		return false
	}
	basic, ok := t.Underlying().(*types.Basic)
	return ok && basic.Info()&(types.IsInteger|types.IsFloat) != 0
}

// orNil is t, or a type that is no basic one.
func orNil(t types.Type) types.Type {
	if t == nil {
		return types.NewTuple()
	}
	return t
}
