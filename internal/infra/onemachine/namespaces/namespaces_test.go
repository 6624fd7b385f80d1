package namespaces

import (
	"os"
	"strings"
	"testing"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/topology"
)

// defaultClusterDir is that of the package onemachine.
const defaultClusterDir = "/var/lib/version-manager/cluster"

func TestHasMount(t *testing.T) {
	const info = "22 1 254:0 / / rw - ext4 /dev/vda rw\n40 22 0:4 net:[4026532179] /state/run/ns/server.net rw - nsfs nsfs rw\n"
	for path, want := range map[string]bool{"/state/run/ns/server.net": true, "/state/run/ns/server": false, "/": true, "/state": false} {
		if HasMount([]byte(info), path) != want {
			t.Errorf("mounted at %s: %t", path, !want)
		}
	}
}

func TestMountScript(t *testing.T) {
	script := NewNamespaces(defaultClusterDir).mountScript(topology.FirstNodes(1)[0])
	if n := strings.Count(script, "mount --bind "); n != len(privateDirs())+len(KernelSettings()) {
		t.Errorf("%d mounts:\n%s", n, script)
	}
	paths := DirPaths()
	if last := paths[len(paths)-1]; !strings.HasSuffix(script, " "+last+"\n") {
		t.Errorf("%s, which marks a complete namespace, is not mounted last:\n%s", last, script)
	}
}

// TestNoMountHidesTheCluster: a folder mounted over the cluster's own folder
// would hide its source from the node.
func TestNoMountHidesTheCluster(t *testing.T) {
	for _, path := range DirPaths() {
		if strings.HasPrefix(defaultClusterDir+"/", path+"/") {
			t.Errorf("%s hides the files of the cluster", path)
		}
	}
}

// TestCloseDirKeepsFoldersInUse: only empty folders of those that we made go.
func TestCloseDirKeepsFoldersInUse(t *testing.T) {
	dir, root := clusterdir.Dir(t.TempDir()), t.TempDir()
	for _, path := range []string{dir.RunPath(), root + "/empty", root + "/used/file"} {
		if err := os.MkdirAll(path, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	m := NewNamespaces(dir)
	if err := os.WriteFile(m.createdDirs(), []byte(root+"/empty\n"+root+"/used\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := m.CloseDir(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(root + "/empty"); err == nil {
		t.Error("an empty folder of ours stays")
	}
	if _, err := os.Stat(root + "/used"); err != nil {
		t.Error("a folder in use was removed")
	}
}
