package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"
)

// memoryOf is the most memory that a process had, in bytes.
func memoryOf(p *os.ProcessState) int64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return usage.Maxrss
	}
	return usage.Maxrss << 10
}

// nothingTouched checks the folder beside everything, and that nothing is left
// in the one for temporary files.
func (l *archiveLab) nothingTouched(work string) error {
	b, err := os.ReadFile(filepath.Join(l.dir, "outside", "victim"))
	if err != nil || string(b) != "untouched" {
		return fmt.Errorf("the file outside is %q, %v", b, err)
	}
	for dir, most := range map[string]int{filepath.Join(l.dir, "outside"): 1, tempOf(work): 0} {
		left, err := os.ReadDir(dir)
		if err != nil || len(left) > most {
			return fmt.Errorf("%s has %v, %v", dir, left, err)
		}
	}
	return nil
}

// rootfsStaysInside follows every link of what was unpacked, as the kernel
// does.
func (l *archiveLab) rootfsStaysInside(work string) error {
	roots, err := filepath.Glob(filepath.Join(work, ".state", "rootfs", "sha256-*"))
	if err != nil {
		return err
	}
	for _, root := range roots {
		err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.Type()&fs.ModeSymlink == 0 {
				return err
			}
			if at, err := filepath.EvalSymlinks(path); err == nil && !strings.HasPrefix(at+"/", root+"/") {
				return fmt.Errorf("%s leads to %s", path, at)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// agentEnds waits until the agent has seen that its folder is gone.
func (l *archiveLab) agentEnds(ctx context.Context, work string) error {
	for deadline := time.Now().Add(archiveTime); time.Now().Before(deadline) && ctx.Err() == nil; time.Sleep(50 * time.Millisecond) {
		out, err := exec.CommandContext(ctx, "ps", "-A", "-o", "args=").Output()
		if err != nil {
			return err
		}
		if !strings.Contains(string(out), "--state "+work) {
			return nil
		}
	}
	return errors.New("the agent still runs")
}
