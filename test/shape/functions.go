package main

import "go/ast"

// function is one function or method declaration outside of tests.
type function struct {
	name, receiver, folder, place string
	exported                      bool
	lines, nesting                int
	fixed                         bool // an interface that is not ours fixes its name
}

// label names the function as a reader would: Name or Receiver.Name.
func (f function) label() string {
	if f.receiver != "" {
		return f.receiver + "." + f.name
	}
	return f.name
}

// functions returns the functions and methods of the tree, without tests.
func (t tree) functions() []function {
	var all []function
	for _, file := range t.codeFiles() {
		for _, d := range file.syntax.Decls {
			if f, ok := d.(*ast.FuncDecl); ok {
				all = append(all, describeFunction(file, f))
			}
		}
	}
	methods := groupMethods(all)
	for i, f := range all {
		all[i].fixed = isFixedName(f.name, methods[f.typeName()])
	}
	return all
}

// groupMethods returns the names of each type's methods, by typeName.
func groupMethods(all []function) map[string][]string {
	methods := map[string][]string{}
	for _, f := range all {
		if f.receiver != "" {
			methods[f.typeName()] = append(methods[f.typeName()], f.name)
		}
	}
	return methods
}

// typeName names the receiver in the whole tree; it is empty for a function.
func (f function) typeName() string {
	if f.receiver == "" {
		return ""
	}
	return f.folder + "." + f.receiver
}

func describeFunction(file sourceFile, f *ast.FuncDecl) function {
	name, receiver := f.Name.Name, receiverName(f)
	return function{
		name: name, receiver: receiver, folder: file.folder, place: file.place(f.Pos()),
		exported: f.Name.IsExported(), lines: lineSpan(file, f), nesting: blockDepth(f),
	}
}

func lineSpan(file sourceFile, n ast.Node) int {
	return file.positions.Position(n.End()).Line - file.positions.Position(n.Pos()).Line + 1
}

// receiverName returns the receiver's type without pointer and type parameters.
func receiverName(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	kind := f.Recv.List[0].Type
	for {
		switch k := kind.(type) {
		case *ast.StarExpr:
			kind = k.X
		case *ast.ParenExpr:
			kind = k.X
		case *ast.IndexExpr:
			kind = k.X
		case *ast.IndexListExpr:
			kind = k.X
		case *ast.Ident:
			return k.Name
		default:
			return ""
		}
	}
}

// blockDepth returns how deep control structures are nested in f. An else-if
// counts like the if that it belongs to.
func blockDepth(f *ast.FuncDecl) int {
	depth, deepest := 0, 0
	var open []bool // for each node on the way here: does it nest?
	chained := map[ast.Node]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			last := len(open) - 1
			if open[last] {
				depth--
			}
			open = open[:last]
			return true
		}
		if i, ok := n.(*ast.IfStmt); ok && i.Else != nil {
			chained[i.Else] = true
		}
		nests := isControl(n) && !chained[n]
		if nests {
			depth++
			deepest = max(deepest, depth)
		}
		open = append(open, nests)
		return true
	})
	return deepest
}

func isControl(n ast.Node) bool {
	switch n.(type) {
	case *ast.IfStmt, *ast.ForStmt, *ast.RangeStmt, *ast.SwitchStmt, *ast.TypeSwitchStmt, *ast.SelectStmt:
		return true
	}
	return false
}
