package main

import (
	"go/ast"
	"go/token"
	"slices"
)

// docCount says how many of some declarations have a doc comment.
type docCount struct {
	with, all int
	missing   []string
}

func (c *docCount) add(documented bool, offender string) {
	c.all++
	if documented {
		c.with++
		return
	}
	c.missing = append(c.missing, offender)
}

// packageDocs counts packages in which at least one file has a package comment.
func (t tree) packageDocs() docCount {
	documented := map[string]bool{}
	for _, f := range t.codeFiles() {
		documented[f.folder] = documented[f.folder] || f.syntax.Doc != nil
	}
	var count docCount
	for _, folder := range slices.Sorted(mapKeys(documented)) {
		count.add(documented[folder], folder)
	}
	return count
}

// exportedDocs counts exported functions, types, constants and variables. A
// comment on a group of constants or variables counts for all of them, and a
// method counts only if its type is exported.
func (t tree) exportedDocs() docCount {
	var count docCount
	for _, file := range t.codeFiles() {
		for _, d := range file.syntax.Decls {
			switch d := d.(type) {
			case *ast.FuncDecl:
				countFunction(&count, file, d)
			case *ast.GenDecl:
				countGroup(&count, file, d)
			}
		}
	}
	return count
}

func countFunction(count *docCount, file sourceFile, f *ast.FuncDecl) {
	receiver := receiverName(f)
	if !f.Name.IsExported() || receiver != "" && !ast.IsExported(receiver) {
		return
	}
	if _, fixed := fixedNames()[f.Name.Name]; fixed && receiver != "" {
		return // its interface documents it
	}
	count.add(f.Doc != nil, file.place(f.Pos())+" "+f.Name.Name)
}

func countGroup(count *docCount, file sourceFile, group *ast.GenDecl) {
	if group.Tok == token.IMPORT {
		return
	}
	for _, spec := range group.Specs {
		names, doc := describeSpec(spec)
		for _, name := range names {
			if name.IsExported() {
				count.add(doc || group.Doc != nil, file.place(name.Pos())+" "+name.Name)
			}
		}
	}
}

// describeSpec returns the declared names and whether they have a comment,
// above or at the end of the line.
func describeSpec(spec ast.Spec) ([]*ast.Ident, bool) {
	switch s := spec.(type) {
	case *ast.TypeSpec:
		return []*ast.Ident{s.Name}, s.Doc != nil || s.Comment != nil
	case *ast.ValueSpec:
		return s.Names, s.Doc != nil || s.Comment != nil
	}
	return nil, false
}
