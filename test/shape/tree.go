package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sourceFile is one Go file. Its path is relative to the root, with slashes.
type sourceFile struct {
	path, folder string
	lines        int
	test         bool
	syntax       *ast.File
	positions    *token.FileSet
}

// tree is all Go code below one root, whatever system or tag it is for.
type tree struct {
	module string // module path from go.mod, empty without one
	files  []sourceFile
}

// codeFiles returns the files that are not tests.
func (t tree) codeFiles() []sourceFile {
	var code []sourceFile
	for _, f := range t.files {
		if !f.test {
			code = append(code, f)
		}
	}
	return code
}

// readTree parses every Go file below root, except in hidden folders and testdata.
func readTree(root string) (tree, error) {
	t := tree{module: readModulePath(root)}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return skipForeign(root, path)
		}
		if filepath.Ext(path) != ".go" {
			return nil
		}
		f, err := readSource(root, path)
		if err == nil {
			t.files = append(t.files, f)
		}
		return err
	})
	if err == nil && len(t.codeFiles()) == 0 {
		err = fmt.Errorf("there is no Go code below %s", root)
	}
	return t, err
}

// skipForeign skips folders that hold no code of this tree.
func skipForeign(root, path string) error {
	name := filepath.Base(path)
	foreign := strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") ||
		slices.Contains([]string{"testdata", "node_modules", "vendor"}, name)
	if foreign && path != root {
		return filepath.SkipDir
	}
	return nil
}

func readSource(root, path string) (sourceFile, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return sourceFile{}, err
	}
	relative, err := filepath.Rel(root, path)
	if err != nil {
		return sourceFile{}, err
	}
	name := filepath.ToSlash(relative)
	positions := token.NewFileSet()
	syntax, err := parser.ParseFile(positions, name, text, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return sourceFile{}, err
	}
	return sourceFile{
		path: name, folder: filepath.ToSlash(filepath.Dir(relative)), lines: bytes.Count(text, []byte("\n")),
		test: strings.HasSuffix(name, "_test.go"), syntax: syntax, positions: positions,
	}, nil
}

// readModulePath returns the module path in root's go.mod, or nothing.
func readModulePath(root string) string {
	text, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return ""
	}
	for line := range strings.Lines(string(text)) {
		if path, ok := strings.CutPrefix(line, "module "); ok {
			return strings.TrimSpace(path)
		}
	}
	return ""
}

// place formats a position as path:line.
func (f sourceFile) place(pos token.Pos) string {
	return fmt.Sprintf("%s:%d", f.path, f.positions.Position(pos).Line)
}
