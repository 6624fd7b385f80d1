package onemachine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"version-manager/internal/kit/wait"
)

// processes are those in the branch and below it. Those of another PID
// namespace, which we cannot see, have the number 0 here: it would mean our
// own group to kill.
func (g cgroups) processes(name string) (pids []int) {
	_ = filepath.WalkDir(filepath.Join(g.trees[0], name), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != "cgroup.procs" {
			return nil // a pod that has just ended takes its folder with it
		}
		content, _ := os.ReadFile(path)
		for _, line := range strings.Fields(string(content)) {
			if pid, err := strconv.Atoi(line); err == nil && pid > 0 {
				pids = append(pids, pid)
			}
		}
		return nil
	})
	return pids
}

// signal sends sig to everything in the branch until nothing is there or the
// context ends. A process that forks meanwhile is met in the next round.
func (g cgroups) signal(ctx context.Context, name string, sig syscall.Signal) error {
	for round := 0; ; round++ {
		pids := g.processes(name)
		if len(pids) == 0 {
			return nil
		}
		if sig == syscall.SIGKILL || round == 0 {
			for _, pid := range pids {
				_ = syscall.Kill(pid, sig) // it may have ended
			}
		}
		if err := wait.SleepContext(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("%d processes of %s do not end: %w", len(pids), name, err)
		}
	}
}

// remove removes the branch, which has no process left, from every tree.
func (g cgroups) remove(ctx context.Context, name string) error {
	trees := g.trees
	if g.beside != "" {
		trees = append(slices.Clone(trees), g.beside)
	}
	for _, tree := range trees {
		for {
			err := removeBranch(filepath.Join(tree, name))
			if err == nil || errors.Is(err, fs.ErrNotExist) {
				break
			}
			if ctxErr := wait.SleepContext(ctx, 20*time.Millisecond); ctxErr != nil {
				return fmt.Errorf("remove control group %s: %w", name, err)
			}
		}
	}
	return nil
}

// removeBranch removes folders from the leaves up; their files are not real.
func removeBranch(at string) error {
	entries, err := os.ReadDir(at)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeBranch(filepath.Join(at, e.Name())); err != nil {
				return err
			}
		}
	}
	return syscall.Rmdir(at)
}
