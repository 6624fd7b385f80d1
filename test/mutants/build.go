package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A laboratory is a scope whose code has been instrumented and compiled into
// the test binaries that are to notice its mutants.
type laboratory struct {
	mutants  []mutant
	binaries []binary
}

// binary is the tests of one package.
type binary struct {
	path string
	dir  string // of the package: tests run there
}

// buildLaboratory instruments a scope and compiles its tests. Nothing is written into
// the work tree: the compiler is told to read the instrumented files instead.
func buildLaboratory(ctx context.Context, root, work string, s scope) (*laboratory, error) {
	src, err := loadSource(ctx, root, s.dir)
	if err != nil {
		return nil, err
	}
	lab, replace := &laboratory{}, map[string]string{}
	for _, name := range src.files {
		if !s.covers(name) {
			continue
		}
		in, err := newInstrumenter(src, name, s.dir, len(lab.mutants))
		if err != nil {
			return nil, err
		}
		file := filepath.Join(work, strings.ReplaceAll(s.dir, "/", "-")+"-"+name)
		if err := os.WriteFile(file, in.instrumentFile(src.tree[name]), 0o600); err != nil {
			return nil, err
		}
		replace[filepath.Join(src.dir, name)] = file
		lab.mutants = append(lab.mutants, in.mutants...)
	}
	overlay := filepath.Join(work, strings.ReplaceAll(s.dir, "/", "-")+"-overlay.json")
	if err := writeJSON(overlay, map[string]any{"Replace": replace}); err != nil {
		return nil, err
	}
	for _, dir := range s.testDirs() {
		b := binary{path: filepath.Join(work, strings.ReplaceAll(s.dir+"-tested-by-"+dir, "/", "-")+".test"), dir: filepath.Join(root, dir)}
		if err := compileTests(ctx, root, overlay, dir, b.path); err != nil {
			return nil, err
		}
		lab.binaries = append(lab.binaries, b)
	}
	return lab, nil
}

func newInstrumenter(src *source, name, dir string, first int) (*instrumenter, error) {
	text, err := os.ReadFile(filepath.Join(src.dir, name))
	if err != nil {
		return nil, err
	}
	id := first - 1
	return &instrumenter{
		src: text, file: src.fset.File(src.tree[name].Pos()), info: src.info, path: dir + "/" + name,
		nextID: func() int { id++; return id },
	}, nil
}

func compileTests(ctx context.Context, root, overlay, dir, to string) error {
	cmd := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay", overlay, "-o", to, "./"+dir)
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("compile the tests of %s with mutants: %w\n%s", dir, err, out)
	}
	return nil
}

func writeJSON(name string, v any) error {
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return os.WriteFile(name, text, 0o600)
}
