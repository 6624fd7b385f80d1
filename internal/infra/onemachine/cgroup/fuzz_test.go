package cgroup

import "testing"

func FuzzParseMounts(f *testing.F) {
	f.Add([]byte("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"))
	f.Add([]byte("cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"))
	f.Add([]byte("\n x\ncgroup  cgroup"))
	f.Fuzz(func(t *testing.T, mounts []byte) {
		h, err := parseMounts(mounts)
		if err == nil && len(h.Trees) == 0 || err != nil && len(h.Trees) > 0 {
			t.Errorf("%q: trees %q, %v", mounts, h.Trees, err)
		}
	})
}
