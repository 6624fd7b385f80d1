package onemachine

import (
	"os"
	"path/filepath"
	"testing"
)

func FuzzFindCgroups(f *testing.F) {
	f.Add([]byte("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0\n"))
	f.Add([]byte("cgroup /sys/fs/cgroup/memory cgroup rw,memory 0 0\ncgroup2 /sys/fs/cgroup/unified cgroup2 rw 0 0\n"))
	f.Add([]byte("\n x\ncgroup  cgroup"))
	f.Fuzz(func(t *testing.T, mounts []byte) {
		g, err := findCgroups(mounts)
		if err == nil && len(g.trees) == 0 || err != nil && len(g.trees) > 0 {
			t.Errorf("%q: trees %q, %v", mounts, g.trees, err)
		}
	})
}

func FuzzReadSpecAndRecord(f *testing.F) {
	f.Add([]byte(`{"nodes":3}`))
	f.Add([]byte(`{"nodes":-1,"node":"a"}`))
	f.Add([]byte(`[`))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		file := filepath.Join(dir, "n-x.json")
		if err := os.WriteFile(file, content, 0o600); err != nil {
			t.Fatal(err)
		}
		if s, err := readSpec(file); err == nil && (s.Nodes < 1 || s.Nodes > maxNodes) {
			t.Errorf("%d nodes", s.Nodes)
		}
		_, err := readRecord(dir, "n", "x")
		if list, errs := readRecords(dir); (err == nil) != (errs == nil) || err == nil && len(list) != 1 {
			t.Errorf("%q: %v, and in the list of %d: %v", content, err, len(list), errs)
		}
	})
}
