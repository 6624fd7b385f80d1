package main

import (
	"bytes"
	"go/ast"
	"go/token"
	"go/types"
	"sort"
)

// importLine gives instrumented files the package active under a name that
// nothing else has. It follows the package clause on the same line, so that
// line numbers stay as they are.
const importLine = "; import mutantActive \"version-manager/test/mutants/active\""

// instrumenter rewrites one file so that each of its mutants can be activated
// when it runs. It only inserts text and replaces operators, so that mutants
// inside of others need no care.
type instrumenter struct {
	src     []byte
	file    *token.File
	info    *types.Info
	nextID  func() int
	path    string
	inserts []insert
	mutants []mutant

	function string // that is being walked
}

// insert is text that takes the place of the next skip bytes at offset.
type insert struct {
	offset int
	skip   int
	text   string
	order  int // among the inserts at one offset
}

// instrumentFile rewrites the functions of a file and lists its mutants.
func (in *instrumenter) instrumentFile(f *ast.File) []byte {
	for _, d := range f.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		in.function = functionName(fn)
		ast.Inspect(fn.Body, in.visitNode)
	}
	if len(in.mutants) == 0 {
		return in.src
	}
	in.insertAt(in.offsetOf(f.Name.End()), importLine, 0)
	return in.renderFile()
}

func (in *instrumenter) offsetOf(p token.Pos) int { return in.file.Offset(p) }

func (in *instrumenter) insertAt(offset int, text string, order int) {
	in.inserts = append(in.inserts, insert{offset: offset, text: text, order: order})
}

// wrapNode puts before and after around a node. Outer nodes are visited first, so
// what is put before an inner one comes later, and what is put after it,
// earlier.
func (in *instrumenter) wrapNode(n ast.Node, before, after string) {
	turn := len(in.inserts)
	in.insertAt(in.offsetOf(n.Pos()), before, turn)
	in.insertAt(in.offsetOf(n.End()), after, -turn)
}

func (in *instrumenter) replaceOperator(at token.Pos, op token.Token, text string) {
	in.inserts = append(in.inserts, insert{offset: in.offsetOf(at), skip: len(op.String()), text: text})
}

// addMutant registers a mutant of n and returns its number.
func (in *instrumenter) addMutant(n ast.Node, op operator) int {
	id := in.nextID()
	code := string(in.src[in.offsetOf(n.Pos()):in.offsetOf(n.End())])
	in.mutants = append(in.mutants, mutant{
		id: id, file: in.path, line: in.file.Line(n.Pos()), function: in.function, operator: op, code: oneLine(code),
	})
	return id
}

func (in *instrumenter) renderFile() []byte {
	sort.SliceStable(in.inserts, func(i, j int) bool {
		a, b := in.inserts[i], in.inserts[j]
		return a.offset < b.offset || a.offset == b.offset && a.order < b.order
	})
	var out bytes.Buffer
	done := 0
	for _, i := range in.inserts {
		out.Write(in.src[done:i.offset])
		out.WriteString(i.text)
		done = i.offset + i.skip
	}
	out.Write(in.src[done:])
	return out.Bytes()
}

func functionName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	switch generic := t.(type) {
	case *ast.IndexExpr:
		t = generic.X
	case *ast.IndexListExpr:
		t = generic.X
	}
	return types.ExprString(t) + "." + fn.Name.Name
}
