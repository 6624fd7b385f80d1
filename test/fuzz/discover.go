package main

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/build"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
)

// target is a fuzz target and the package that it tests, such as ./internal/ui.
type target struct{ pkg, name string }

// discoverTargets finds the targets in all test files below root that are compiled
// on this machine. Other modules and test data are passed over.
func discoverTargets(root string) ([]target, error) {
	var found []target
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return enterFolder(root, path, d.Name())
		}
		if !strings.HasSuffix(path, "_test.go") {
			return nil
		}
		in, err := targetsIn(root, path)
		found = append(found, in...)
		return err
	})
	slices.SortFunc(found, func(a, b target) int { return cmp.Or(cmp.Compare(a.pkg, b.pkg), cmp.Compare(a.name, b.name)) })
	return found, err
}

func enterFolder(root, path, name string) error {
	if path == root {
		return nil
	}
	other, err := filepath.Glob(filepath.Join(path, "go.mod"))
	if err != nil {
		return err
	}
	if len(other) > 0 || name == "testdata" || name == "node_modules" || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") {
		return filepath.SkipDir
	}
	return nil
}

func targetsIn(root, path string) ([]target, error) {
	if ok, err := build.Default.MatchFile(filepath.Dir(path), filepath.Base(path)); err != nil || !ok {
		return nil, err
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
	if err != nil {
		return nil, fmt.Errorf("find fuzz targets: %w", err)
	}
	folder, err := filepath.Rel(root, filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	var found []target
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Recv == nil && isTarget(f) {
			found = append(found, target{"./" + filepath.ToSlash(folder), f.Name.Name})
		}
	}
	return found, nil
}

// isTarget reports whether f is a func FuzzX(f *testing.F).
func isTarget(f *ast.FuncDecl) bool {
	if !strings.HasPrefix(f.Name.Name, "Fuzz") || len(f.Type.Params.List) != 1 {
		return false
	}
	star, ok := f.Type.Params.List[0].Type.(*ast.StarExpr)
	if !ok {
		return false
	}
	kind, ok := star.X.(*ast.SelectorExpr)
	return ok && kind.Sel.Name == "F"
}
