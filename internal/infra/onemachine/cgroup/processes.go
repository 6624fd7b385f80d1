package cgroup

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"version-manager/internal/kit/wait"
)

const (
	processesFile = "cgroup.procs"

	// pollInterval is the time between two looks at a group whose processes end.
	pollInterval = 20 * time.Millisecond
)

// ListProcesses returns the processes in the group and below it. A process of
// another PID namespace has the number 0 there and is left out: as an argument
// of kill, 0 means our own process group.
func (h Hierarchies) ListProcesses(name string) (pids []int) {
	_ = filepath.WalkDir(filepath.Join(h.Trees[0], name), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.Name() != processesFile {
			return nil // the folder of a pod disappears when the pod ends
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

// SignalProcesses sends sig to all processes in the group and waits until they
// have ended, or until ctx ends. It repeats SIGKILL, because processes may fork
// meanwhile.
func (h Hierarchies) SignalProcesses(ctx context.Context, name string, sig syscall.Signal) error {
	send, left := true, 0
	err := wait.PollUntil(ctx, pollInterval, func(context.Context) (bool, error) {
		pids := h.ListProcesses(name)
		if send {
			for _, pid := range pids {
				_ = syscall.Kill(pid, sig) // fails if the process has ended
			}
		}
		send, left = sig == syscall.SIGKILL, len(pids)
		return left == 0, nil
	})
	if err != nil {
		return fmt.Errorf("%d processes of %s do not exit: %w", left, name, err)
	}
	return nil
}

// RemoveGroup removes a group without processes, and the groups below it, from
// every tree. It tries again until ctx ends, because the kernel counts a
// process in its group for a moment after its end.
func (h Hierarchies) RemoveGroup(ctx context.Context, name string) error {
	for _, tree := range h.AllTrees() {
		var busy error
		err := wait.PollUntil(ctx, pollInterval, func(context.Context) (bool, error) {
			busy = removeTree(filepath.Join(tree, name))
			return busy == nil || errors.Is(busy, fs.ErrNotExist), nil
		})
		if err != nil {
			return fmt.Errorf("remove control group %s: %w: %w", name, busy, err)
		}
	}
	return nil
}

// removeTree removes folders from the leaves up. The files of a control group
// cannot be removed and go with their folder.
func removeTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() {
			if err := removeTree(filepath.Join(dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return syscall.Rmdir(dir)
}
