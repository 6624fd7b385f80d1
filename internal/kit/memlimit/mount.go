package memlimit

import (
	"slices"
	"strings"
)

// mount is a mounted tree of control groups that may have the memory
// controller.
type mount struct {
	root    string // the part of the tree that it shows
	at      string
	unified bool // version 2
}

// parseMount reads a line of /proc/self/mountinfo, see proc(5):
//
//	35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory
func parseMount(line string) (mount, bool) {
	before, after, ok := strings.Cut(line, " - ")
	place, kind := strings.Fields(before), strings.Fields(after)
	if !ok || len(place) < 5 || len(kind) < 3 {
		return mount{}, false
	}
	m := mount{root: unescape(place[3]), at: unescape(place[4]), unified: kind[0] == "cgroup2"}
	if !strings.HasPrefix(m.root, "/") || !strings.HasPrefix(m.at, "/") {
		return mount{}, false
	}
	return m, m.unified || kind[0] == "cgroup" && slices.Contains(strings.Split(kind[2], ","), "memory")
}

// unescape decodes the kernel's escapes for spaces and similar characters: \\040.
func unescape(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && isOctal(s[i+1:i+4]) {
			b.WriteByte((s[i+1]-'0')<<6 | (s[i+2]-'0')<<3 | (s[i+3] - '0'))
			i += 3
			continue
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

func isOctal(s string) bool {
	return strings.Trim(s, "01234567") == ""
}
