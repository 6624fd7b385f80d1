package components

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/topology"
	"version-manager/internal/kit/golden"
)

func exampleSpec() clusterdir.Spec {
	return clusterdir.Spec{Nodes: 3, Programs: "/programs", Kubernetes: "/programs/kubernetes", CNI: "/usr/lib/cni", Containerd: "/usr/bin/containerd", Pause: "version-manager.local/pause:1"}
}

// TestTemplates and TestListPrograms compare with files in testdata, so that
// every changed setting shows up in a review.
func TestTemplates(t *testing.T) {
	entries, err := templates.ReadDir("files")
	if err != nil {
		t.Fatal(err)
	}
	data := templateData{
		Dir: "/state", Spec: exampleSpec(), Node: topology.FirstNodes(3)[1], Cgroup: cgroup.NodeGroup("worker-1"),
		PodRange: topology.PodRange, DNS: topology.DNSAddress, SecretKey: "c2VjcmV0",
	}
	for _, e := range entries {
		got, err := renderTemplate(e.Name(), data)
		if err != nil {
			t.Fatal(err)
		}
		golden.CompareFile(t, filepath.Join("testdata", e.Name()), got)
	}
}

func TestListPrograms(t *testing.T) {
	var b strings.Builder
	environ := []string{"HOME=/home/me", "https_proxy=http://proxy:3128", "NO_PROXY=intranet"}
	for _, p := range ListPrograms("/state", exampleSpec(), environ) {
		b.WriteString(p.String() + "\n  needs " + p.Needs + "\n  " + strings.Join(p.Env, "\n  ") + "\n    " + strings.Join(p.Argv, "\n    ") + "\n")
	}
	golden.CompareFile(t, filepath.Join("testdata", "programs.txt"), []byte(b.String()))
}

// TestWriteFilesTwice: the second time no file is written, and above all not
// the key for Secrets.
func TestWriteFilesTwice(t *testing.T) {
	dir := clusterdir.Dir(t.TempDir())
	before, after := writeAndList(t, dir), writeAndList(t, dir)
	if len(before) < 20 || len(after) != len(before) {
		t.Fatalf("%d files, then %d", len(before), len(after))
	}
	for path, info := range after {
		if !os.SameFile(info, before[path]) {
			t.Errorf("%s was written again", path)
		}
		if info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %s", path, info.Mode())
		}
	}
}

func writeAndList(t *testing.T, dir clusterdir.Dir) map[string]os.FileInfo {
	t.Helper()
	if err := WriteFiles(dir, exampleSpec(), []byte("nameserver 10.0.0.1\n")); err != nil {
		t.Fatal(err)
	}
	files := map[string]os.FileInfo{}
	err := filepath.Walk(string(dir), func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() {
			files[path] = info
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
