package memlimit

import (
	"math"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"testing"
	"testing/fstest"
)

const (
	v1Mounts = "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n" +
		"32 31 0:29 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n" +
		"35 31 0:32 / /sys/fs/cgroup/memory rw,relatime shared:9 - cgroup cgroup rw,memory\n"
	v2Mounts     = "30 24 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
	hybridMounts = v1Mounts + "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
)

func TestCgroupLimit(t *testing.T) {
	for _, tt := range []struct {
		name           string
		groups, mounts string
		files          map[string]string
		want           int64
	}{
		{"version 2", "0::/a/b\n", v2Mounts, map[string]string{"a/b/memory.max": "268435456\n"}, 256 << 20},
		{"version 2, none", "0::/a/b\n", v2Mounts, map[string]string{"a/b/memory.max": "max\n", "a/memory.max": "max\n"}, 0},
		{"version 2, parent is tighter", "0::/a/b\n", v2Mounts, map[string]string{"a/b/memory.max": "1000\n", "a/memory.max": "500\n"}, 500},
		{"version 2, parent is wider", "0::/a/b\n", v2Mounts, map[string]string{"a/b/memory.max": "500\n", "a/memory.max": "1000\n"}, 500},
		{"version 2, throttled first", "0::/a\n", v2Mounts, map[string]string{"a/memory.max": "1000\n", "a/memory.high": "900\n"}, 900},
		{"version 2, inside a namespace", "0::/\n", v2Mounts, map[string]string{"memory.max": "700\n"}, 700},
		{"version 2, mounted from elsewhere", "0::/../other\n", v2Mounts, map[string]string{"memory.max": "700\n"}, 700},
		{"version 1", "4:memory:/a/b\n1:cpu:/\n", v1Mounts, map[string]string{"memory/a/b/memory.limit_in_bytes": "268435456\n"}, 256 << 20},
		{"version 1, none", "4:memory:/\n", v1Mounts, map[string]string{"memory/memory.limit_in_bytes": "9223372036854771712\n"}, 0},
		{"version 1, root of the tree", "4:cpu,memory:/\n", v1Mounts, map[string]string{"memory/memory.limit_in_bytes": "5\n"}, 5},
		{"version 1, another controller", "4:memory_pressure:/a\n", v1Mounts, map[string]string{"memory/a/memory.limit_in_bytes": "5\n"}, 0},
		{"container that sees its host's names", "4:memory:/pods/x/y\n", strings.Replace(v1Mounts, "0:32 /", "0:32 /pods/x", 1),
			map[string]string{"memory/y/memory.limit_in_bytes": "9\n", "memory/memory.limit_in_bytes": "8\n"}, 8},
		{"container whose names do not fit", "4:memory:/pods/x/y\n", strings.Replace(v1Mounts, "0:32 /", "0:32 /pods/xx", 1),
			map[string]string{"memory/memory.limit_in_bytes": "8\n"}, 8},
		{"hybrid", "4:memory:/a\n0::/a\n", hybridMounts, map[string]string{"memory/a/memory.limit_in_bytes": "9\n"}, 9},
		{"hybrid with memory in version 2", "0::/a\n", hybridMounts, map[string]string{"unified/a/memory.max": "9\n"}, 9},
		{"space in a name", "0::/a b\n", strings.Replace(v2Mounts, "/sys/fs/cgroup", `/sys/fs/c\040group`, 1), map[string]string{"../c group/a b/memory.max": "3\n"}, 3},
		{"zero is no limit", "0::/a\n", v2Mounts, map[string]string{"a/memory.max": "0\n", "memory.max": "7\n"}, 7},
		{"garbage", "0::/a\nx\n::\n0:\n", "x\n - \n" + v2Mounts, map[string]string{"a/memory.max": "much\n"}, 0},
		{"nothing mounted", "0::/a\n", "", nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			system := fstest.MapFS{
				"proc/self/cgroup":    {Data: []byte(tt.groups)},
				"proc/self/mountinfo": {Data: []byte(tt.mounts)},
			}
			for name, content := range tt.files {
				if rest, ok := strings.CutPrefix(name, "../"); ok {
					system["sys/fs/"+rest] = &fstest.MapFile{Data: []byte(content)}
					continue
				}
				system["sys/fs/cgroup/"+name] = &fstest.MapFile{Data: []byte(content)}
			}
			if got := cgroupLimit(system); got != tt.want {
				t.Errorf("limit is %d, want %d", got, tt.want)
			}
		})
	}
}

func TestBudget(t *testing.T) {
	for _, tt := range []struct {
		limit   int64
		percent int
		most    int64
		want    int64
	}{
		{256 << 20, 25, 1 << 30, 64 << 20},
		{256 << 20, 25, 64 << 20, 64 << 20},
		{256 << 20, 25, 64<<20 - 1, 64<<20 - 1},
		{0, 25, 1 << 30, 1 << 30},
		{10, 25, 100, 2},
		{math.MaxInt64 - 1, 100, math.MaxInt64, math.MaxInt64 - 1},
	} {
		if got := (Memory{Limit: tt.limit}).Budget(tt.percent, tt.most); got != tt.want {
			t.Errorf("Budget(%d, %d) of %d is %d, want %d", tt.percent, tt.most, tt.limit, got, tt.want)
		}
	}
}

func TestLeast(t *testing.T) {
	machine := Memory{1000, Machine}
	for _, tt := range []struct {
		other int64
		want  Memory
	}{
		{500, Memory{500, Cgroup}},
		{999, Memory{999, Cgroup}},
		{1000, machine},
		{0, machine},
		{-1, machine},
		{math.MaxInt64, machine},
	} {
		if got := machine.least(Memory{tt.other, Cgroup}); got != tt.want {
			t.Errorf("least(%d) is %v, want %v", tt.other, got, tt.want)
		}
	}
	if got := (Memory{}).least(Memory{500, Cgroup}); got.Limit != 500 {
		t.Errorf("a limit beside an unknown one gives %v", got)
	}
}

func TestApply(t *testing.T) {
	t.Setenv("GOMEMLIMIT", "")
	before := debug.SetMemoryLimit(-1)
	t.Cleanup(func() { debug.SetMemoryLimit(before) })
	m := Apply()
	if m.Limit <= 0 {
		t.Fatalf("no limit was found: %v", m)
	}
	if got := debug.SetMemoryLimit(-1); got != m.percent(gcPercent) {
		t.Errorf("the collector's limit is %d of %d", got, m.Limit)
	}
}

// TestApplyRespectsEnvironment runs itself in a new process, because the runtime
// reads GOMEMLIMIT only once.
func TestApplyRespectsEnvironment(t *testing.T) {
	if os.Getenv("MEMLIMIT_CHILD") != "" {
		m := Apply()
		if m != (Memory{64 << 20, Environment}) || debug.SetMemoryLimit(-1) != 64<<20 {
			t.Errorf("got %v, and the collector's limit is %d", m, debug.SetMemoryLimit(-1))
		}
		return
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestApplyRespectsEnvironment$")
	cmd.Env = append(os.Environ(), "MEMLIMIT_CHILD=1", "GOMEMLIMIT=64MiB")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}

func FuzzCgroup(f *testing.F) {
	f.Add("0::/a/b\n", v2Mounts, "1000\n")
	f.Add("4:memory:/a/b\n0::/c\n", hybridMounts, "max\n")
	f.Add("4:memory:/a\n", `1 2 3 /a\040 /b\134 x - cgroup x memory`, "-1")
	f.Fuzz(func(t *testing.T, groups, mounts, value string) {
		for _, h := range hierarchies(groups, mounts) {
			if h.group == "" || h.group[0] != '/' || h.root[0] != '/' {
				t.Errorf("group %q below %q", h.group, h.root)
			}
			if got := h.limit(fstest.MapFS{}); got != math.MaxInt64 {
				t.Errorf("no file gives the limit %d", got)
			}
		}
		if n := parseLimit(value); n <= 0 {
			t.Errorf("%q gives the limit %d", value, n)
		}
	})
}
