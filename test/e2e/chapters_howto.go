package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	"version-manager/test/howto"
)

// guides runs what the guides for clusters say, in this cluster. The blocks
// that stop or remove the cluster are run by the chapters that do that.
func (s *story) guides(ctx context.Context) (string, error) {
	checkout, err := os.Getwd()
	if err != nil {
		return "", err
	}
	steps := []struct{ dir, page, block string }{
		{checkout, "howto-local-cluster", "up"}, // it runs already, so this returns at once
		{s.ProjectDir(), "howto-local-cluster", "use"},
		{s.ProjectDir(), "howto-local-cluster", "own"},
		{s.ProjectDir(), "howto-kubernetes", "install"},
		{s.ProjectDir(), "howto-kubernetes", "deploy"},
		{s.ProjectDir(), "howto-kubernetes", "inspect"},
	}
	for _, step := range steps {
		if err := s.runGuide(ctx, step.dir, step.page, step.block); err != nil {
			return "", err
		}
	}
	if err := s.checkActive(ctx, "v2.0.0", 2); err != nil {
		return "", err
	}
	return fmt.Sprintf("%d blocks of two guides", len(steps)), nil
}

// runGuide runs one block of a guide with this story's program and cluster.
func (s *story) runGuide(ctx context.Context, dir, page, block string) error {
	b, err := howto.ReadBlock(".", page, block)
	if err != nil {
		return err
	}
	env, err := s.readerEnviron()
	if err != nil {
		return err
	}
	var out bytes.Buffer
	shell := howto.Shell{Dir: dir, Env: env, Output: &out}
	if err := shell.RunBlock(ctx, b); err != nil {
		return fmt.Errorf("docs/%s.md: %w\n%s", page, err, out.Bytes())
	}
	return nil
}

// readerEnviron is what a reader's terminal has: version-manager and sudo on
// the path, and the variables that choose the cluster.
func (s *story) readerEnviron() ([]string, error) {
	bin := filepath.Join(s.Dir, "reader")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		return nil, err
	}
	if err := os.Symlink(s.CLI, filepath.Join(bin, "version-manager")); err != nil && !os.IsExist(err) {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(bin, "sudo"), []byte(rootSudo), 0o755); err != nil {
		return nil, err
	}
	return append(slices.Concat(os.Environ(), s.Env), "PATH="+bin+":"+os.Getenv("PATH")), nil
}

// rootSudo stands in for sudo, which a machine of root's may not have.
const rootSudo = `#!/bin/sh
while [ "${1#-}" != "$1" ]; do shift; done
exec "$@"
`
