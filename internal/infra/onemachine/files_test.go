package onemachine

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/kit/golden"
)

func exampleSpec() spec {
	return spec{Nodes: 3, Programs: "/programs", Kubernetes: "/programs/kubernetes", CNI: "/usr/lib/cni", Containerd: "/usr/bin/containerd", Pause: "version-manager.local/pause:1"}
}

func TestFiles(t *testing.T) {
	entries, err := templates.ReadDir("files")
	if err != nil {
		t.Fatal(err)
	}
	v := view{
		L: paths{"/state"}, Spec: exampleSpec(), Node: nodes(3)[1], Cgroup: cgroupOf("worker-1"),
		Pods: podRange, DNS: dnsAddress, Secret: "c2VjcmV0",
	}
	for _, e := range entries {
		got, err := render(e.Name(), v)
		if err != nil {
			t.Fatal(err)
		}
		golden.CompareFile(t, filepath.Join("testdata", e.Name()), got)
	}
}

func TestPrograms(t *testing.T) {
	var b strings.Builder
	environ := []string{"HOME=/home/me", "https_proxy=http://proxy:3128", "NO_PROXY=intranet"}
	for _, p := range layout("/state").programs(exampleSpec(), environ) {
		b.WriteString(p.String() + "\n  needs " + p.Needs + "\n  " + strings.Join(p.Env, "\n  ") + "\n    " + strings.Join(p.Argv, "\n    ") + "\n")
	}
	golden.CompareFile(t, filepath.Join("testdata", "programs.txt"), []byte(b.String()))
}

// TestWriteFilesTwice: kube-proxy ends when its file is written, and the key
// for Secrets is never made again.
func TestWriteFilesTwice(t *testing.T) {
	l := layout(t.TempDir())
	write := func() map[string]os.FileInfo {
		if err := l.writeFiles(exampleSpec(), []byte("nameserver 10.0.0.1\n")); err != nil {
			t.Fatal(err)
		}
		seen := map[string]os.FileInfo{}
		err := filepath.Walk(string(l), func(path string, info os.FileInfo, err error) error {
			if err == nil && info.Mode().IsRegular() {
				seen[path] = info
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return seen
	}
	before, after := write(), write()
	if len(before) < 20 {
		t.Fatalf("only %d files were written", len(before))
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
