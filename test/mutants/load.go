package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
)

// source is a package with its types.
type source struct {
	dir   string // absolute
	files []string
	fset  *token.FileSet
	tree  map[string]*ast.File // by file name
	info  *types.Info
}

// listed is what the go command says about one package.
type listed struct {
	Dir        string
	ImportPath string
	GoFiles    []string
	Export     string
	DepOnly    bool
}

// loadSource parses and type-checks the package in dir; what it imports comes
// from the build cache.
func loadSource(ctx context.Context, root, dir string) (*source, error) {
	s := &source{fset: token.NewFileSet(), tree: map[string]*ast.File{}, info: &types.Info{
		Types: map[ast.Expr]types.TypeAndValue{}, Defs: map[*ast.Ident]types.Object{}, Uses: map[*ast.Ident]types.Object{},
	}}
	packages, err := listPackages(ctx, root, dir)
	if err != nil {
		return nil, err
	}
	exports := map[string]string{}
	path := ""
	for _, p := range packages {
		exports[p.ImportPath] = p.Export
		if !p.DepOnly {
			s.dir, s.files, path = p.Dir, p.GoFiles, p.ImportPath
		}
	}
	var parsed []*ast.File
	for _, name := range s.files {
		f, err := parser.ParseFile(s.fset, filepath.Join(s.dir, name), nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		s.tree[name] = f
		parsed = append(parsed, f)
	}
	config := types.Config{Importer: importer.ForCompiler(s.fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })}
	if _, err := config.Check(path, s.fset, parsed, s.info); err != nil {
		return nil, fmt.Errorf("check the types of %s: %w", dir, err)
	}
	return s, nil
}

// listPackages returns the package in dir and all that it is made of.
func listPackages(ctx context.Context, root, dir string) ([]listed, error) {
	var stderr bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "list", "-export", "-deps", "-json=Dir,ImportPath,GoFiles,Export,DepOnly", "./"+dir)
	cmd.Dir, cmd.Stderr = root, &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list %s: %w: %s", dir, err, stderr.String())
	}
	var list []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return list, nil
		} else if err != nil {
			return nil, fmt.Errorf("go list %s: %w", dir, err)
		}
		list = append(list, p)
	}
}
