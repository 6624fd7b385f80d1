package onemachine

import (
	"strings"
	"testing"
)

func TestMountedAt(t *testing.T) {
	const info = "22 1 254:0 / / rw - ext4 /dev/vda rw\n40 22 0:4 net:[4026532179] /state/run/ns/server.net rw - nsfs nsfs rw\n"
	for path, want := range map[string]bool{"/state/run/ns/server.net": true, "/state/run/ns/server": false, "/": true, "/state": false} {
		if mountedAt([]byte(info), path) != want {
			t.Errorf("mounted at %s: %t", path, !want)
		}
	}
}

// TestFurnish: nothing of a node lies over its own source.
func TestFurnish(t *testing.T) {
	m := machine{DefaultClusterDir}
	script := m.furnish(nodes(1)[0])
	if n := strings.Count(script, "mount --bind "); n != len(rooms())+len(covers()) {
		t.Errorf("%d mounts:\n%s", n, script)
	}
	for _, r := range rooms() {
		if strings.HasPrefix(DefaultClusterDir+"/", r.path+"/") {
			t.Errorf("%s hides the cluster's own files", r.path)
		}
	}
	if last := rooms()[len(rooms())-1]; !strings.HasSuffix(script, " "+last.path+"\n") {
		t.Errorf("%s, by which a finished namespace is known, is not the last:\n%s", last.path, script)
	}
}
