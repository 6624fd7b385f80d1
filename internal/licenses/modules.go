package licenses

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/mod/module"
)

// ModulesOf lists the modules that a program is linked from, besides its own. cache
// is the module cache, and dir the folder of its go.mod, for what is vendored
// or replaced by a folder.
func ModulesOf(program, cache, dir string) ([]Module, error) {
	info, err := buildinfo.ReadFile(program)
	if err != nil {
		return nil, fmt.Errorf("read what %s is linked from: %w", filepath.Base(program), err)
	}
	var modules []Module
	for _, d := range info.Deps {
		const unversioned = "(devel)" // a folder
		at, isFolder := d, false
		if d.Replace != nil {
			at, isFolder = d.Replace, d.Replace.Version == "" || d.Replace.Version == unversioned
		} else if d.Version == unversioned {
			continue // of the same workspace, so the program's own
		}
		m := Module{Path: d.Path, Version: d.Version}
		if isFolder {
			m.Dir = moduleFolder(at.Path, dir)
		} else if m.Dir, err = cachedFolder(at.Path, at.Version, cache); err != nil {
			return nil, err
		}
		if _, err := os.Stat(m.Dir); errors.Is(err, fs.ErrNotExist) {
			m.Dir = filepath.Join(dir, "vendor", filepath.FromSlash(d.Path))
		}
		modules = append(modules, m)
	}
	slices.SortFunc(modules, func(a, b Module) int { return strings.Compare(a.Path, b.Path) })
	return modules, nil
}

func moduleFolder(path, dir string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, filepath.FromSlash(path))
}

// cachedFolder is where a module cache has a module.
func cachedFolder(path, version, cache string) (string, error) {
	name, err := module.EscapePath(path)
	if err != nil {
		return "", err
	}
	v, err := module.EscapeVersion(version)
	if err != nil {
		return "", err
	}
	return filepath.Join(cache, filepath.FromSlash(name)+"@"+v), nil
}
