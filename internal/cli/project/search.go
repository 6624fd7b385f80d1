package project

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"version-manager/internal/config"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// findRoot looks for version-manager.yaml in dir and above. The file
// names programs to run, so the search ends at the first folder to which users
// that we do not trust can write, such as /tmp. Mount points do not end it.
func findRoot(dir string, trust ownership.Trust) (string, error) {
	start, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for at := start; ; at = filepath.Dir(at) {
		file := filepath.Join(at, config.File)
		_, err := os.Stat(file)
		found := err == nil
		if at != start && trust.Closed(at) != nil {
			return "", noRoot(start, file, found)
		}
		if found {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", noRoot(start, file, false)
		}
	}
}

// noRoot returns the error if no project was found. ignored says that file
// exists and was ignored.
func noRoot(start, file string, ignored bool) error {
	p := problem.New(problem.NotFound, "", "there is no %s in %s or above", config.File, start).
		With("change to the folder of the app, or name it with --project", "a new app begins with a "+config.File+" like this:").
		With(smallestConfig()...)
	if ignored {
		p.What += fmt.Sprintf(" (%s is ignored, because others can write to its folder)", file)
	}
	return p
}

// smallestConfig is the shortest valid version-manager.yaml.
func smallestConfig() []string { return []string{"name: shop", "build: {package: ./cmd/shop}"} }

// readConfig reads a configuration that only users that we trust can have
// written.
func readConfig(file string, trust ownership.Trust) (config.App, error) {
	if err := trust.Path(file); err != nil {
		return config.App{}, ExplainForeign(err, "the configuration %s", file)
	}
	f, err := os.OpenFile(file, os.O_RDONLY|syscall.O_NONBLOCK, 0) // a named pipe must not make us wait
	if err != nil {
		return config.App{}, fmt.Errorf("read configuration: %w", err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return config.App{}, fmt.Errorf("read configuration: %w", err)
	case !info.Mode().IsRegular():
		return config.App{}, problem.New(problem.Failed, "", "%s is not a regular file", file)
	}
	if err := trust.Info(file, info); err != nil { // the file may have been replaced
		return config.App{}, ExplainForeign(err, "the configuration %s", file)
	}
	return config.ParseReader(f)
}

// ExplainForeign returns the error for something that another user could have
// written. It keeps the hint of err, which says how to use it all the same.
func ExplainForeign(err error, format string, args ...any) error {
	var hint string
	if p, ok := errors.AsType[*problem.Problem](err); ok {
		hint = p.Hint
	}
	if errors.Is(err, fs.ErrPermission) {
		return err
	}
	return problem.Wrap(err, problem.Failed, hint, "another user could have written "+format, args...)
}
