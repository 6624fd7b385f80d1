package memlimit

import (
	"errors"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strconv"
	"strings"
)

const (
	maxList  = 4 << 20 // bytes of a list of mounts; a busy node has thousands
	maxValue = 256     // bytes of a file with one number
)

// hierarchy is a tree of control groups that can limit memory.
type hierarchy struct {
	root  string   // where it is mounted
	group string   // this process's place below root
	files []string // limits in every group
}

// cgroupLimit returns the smallest memory limit of the control groups that
// this process is in; 0 if none exists. system is the root of the file system.
func cgroupLimit(system fs.FS) int64 {
	groups, err1 := readFile(system, "proc/self/cgroup", maxList)
	mounts, err2 := readFile(system, "proc/self/mountinfo", maxList)
	if errors.Join(err1, err2) != nil {
		return 0
	}
	least := int64(math.MaxInt64)
	for _, h := range hierarchies(groups, mounts) {
		least = min(least, h.limit(system))
	}
	if least == math.MaxInt64 {
		return 0
	}
	return least
}

// limit goes up from the process's own group, because each parent limits too.
func (h hierarchy) limit(system fs.FS) int64 {
	least := int64(math.MaxInt64)
	for group := h.group; ; group = path.Dir(group) {
		for _, name := range h.files {
			text, err := readFile(system, strings.TrimPrefix(path.Join(h.root, group, name), "/"), maxValue)
			if err == nil {
				least = min(least, parseLimit(text))
			}
		}
		if group == "/" {
			return least
		}
	}
}

// parseLimit reads the content of a limit file. "max", text that is not a number,
// and the huge values by which version 1 means "none" set no limit.
func parseLimit(text string) int64 {
	n, err := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
	if err != nil || n <= 0 || n >= math.MaxInt64-1<<20 {
		return math.MaxInt64
	}
	return n
}

// hierarchies finds the trees that can limit this process's memory, from
// /proc/self/cgroup and /proc/self/mountinfo. On a hybrid system both
// versions are there, and the memory controller is in one of them.
func hierarchies(groups, mounts string) []hierarchy {
	var found []hierarchy
	for line := range strings.Lines(mounts) {
		m, ok := parseMount(line)
		if !ok {
			continue
		}
		group, ok := groupOf(groups, m.unified)
		if !ok {
			continue
		}
		h := hierarchy{root: m.at, group: within(m.root, group), files: []string{"memory.limit_in_bytes"}}
		if m.unified {
			h.files = []string{"memory.max", "memory.high"}
		}
		found = append(found, h)
	}
	return found
}

// groupOf returns the process's group in the tree of version 2, or in that of
// the memory controller of version 1. A line is "4:cpu,memory:/a/b" or "0::/a/b".
func groupOf(groups string, unified bool) (string, bool) {
	for line := range strings.Lines(groups) {
		_, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		controllers, group, ok := strings.Cut(rest, ":")
		if !ok || !strings.HasPrefix(group, "/") {
			continue
		}
		if unified && controllers == "" || !unified && slices.Contains(strings.Split(controllers, ","), "memory") {
			return path.Clean(strings.TrimSuffix(group, " (deleted)")), true
		}
	}
	return "", false
}

// within returns the group as seen from a mount that shows the tree from root
// on. A container that sees its host's names has its own group as root; where
// the names do not fit together the mount itself is the best that is known.
func within(root, group string) string {
	if root == "/" {
		return group
	}
	rest, ok := strings.CutPrefix(group, root)
	if !ok || rest != "" && rest[0] != '/' {
		return "/"
	}
	return path.Join("/", rest)
}

func readFile(system fs.FS, name string, limit int64) (string, error) {
	f, err := system.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit))
	return string(data), err
}
