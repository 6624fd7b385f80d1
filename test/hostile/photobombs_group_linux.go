package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
)

// memoryGroup is a control group with a limited memory.
type memoryGroup struct {
	folder  string
	unified bool
}

// newMemoryGroup makes one in version 1 or 2, whichever has the memory
// controller, or says why it cannot.
func newMemoryGroup(limit int64) (*memoryGroup, string) {
	if os.Geteuid() != 0 {
		return nil, "only root can limit the memory of a control group"
	}
	name := fmt.Sprintf("hostile-photos-%d", os.Getpid())
	g := &memoryGroup{folder: filepath.Join("/sys/fs/cgroup/memory", name)}
	files := []string{"memory.limit_in_bytes", "memory.memsw.limit_in_bytes"}
	if _, err := os.Stat("/sys/fs/cgroup/cgroup.controllers"); err == nil {
		g = &memoryGroup{filepath.Join("/sys/fs/cgroup", name), true}
		files = []string{"memory.max", "memory.swap.max"}
		// Where it is handed down already this changes nothing; where it cannot be, the limit fails below.
		_ = os.WriteFile("/sys/fs/cgroup/cgroup.subtree_control", []byte("+memory"), 0o644)
	}
	if err := os.Mkdir(g.folder, 0o755); err != nil {
		return nil, "no control group can be made: " + err.Error()
	}
	if err := os.WriteFile(filepath.Join(g.folder, files[0]), []byte(strconv.FormatInt(limit, 10)), 0o644); err != nil {
		g.removeGroup()
		return nil, "its memory cannot be limited: " + err.Error()
	}
	swap := limit
	if g.unified {
		swap = 0
	}
	_ = os.WriteFile(filepath.Join(g.folder, files[1]), []byte(strconv.FormatInt(swap, 10)), 0o644) // not every kernel counts swap
	return g, ""
}

// limitCommand starts a program that is in the group from its first instruction on.
func (g *memoryGroup) limitCommand(program string) *exec.Cmd {
	return exec.Command("/bin/sh", "-c", `echo $$ >"$0" && exec "$1"`, filepath.Join(g.folder, "cgroup.procs"), program)
}

// checkKills says how many processes of the group the kernel has killed.
func (g *memoryGroup) checkKills() error {
	file := "memory.oom_control"
	if g.unified {
		file = "memory.events"
	}
	text, err := os.ReadFile(filepath.Join(g.folder, file))
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(text)) {
		if n, ok := strings.CutPrefix(strings.TrimSpace(line), "oom_kill "); ok && n != "0" {
			return fmt.Errorf("it killed %s processes", n)
		}
	}
	return nil
}

// peakBytes is the most memory that was in use, in bytes; 0 where it is not counted.
func (g *memoryGroup) peakBytes() int64 {
	file := "memory.max_usage_in_bytes"
	if g.unified {
		file = "memory.peak"
	}
	text, err := os.ReadFile(filepath.Join(g.folder, file))
	if err != nil {
		return 0
	}
	n, _ := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
	return n
}

func (g *memoryGroup) removeGroup() { _ = os.Remove(g.folder) }
