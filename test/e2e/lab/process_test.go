package lab

import (
	"maps"
	"os"
	"path/filepath"
	"testing"
)

func TestPodProcesses(t *testing.T) {
	proc := t.TempDir()
	for pid, p := range map[string][2]string{
		"7": {"pause\n", "4:cpu:/worker-2/kubepods/podabc/1\n"},
		"8": {"traefik\n", "4:cpu:/worker-2/kubepods/podxyz/1\n"},
		"9": {"traefik\n", "4:cpu:/worker-2/kubepods/podabc/1\n"},
	} {
		if err := os.MkdirAll(filepath.Join(proc, pid), 0o700); err != nil {
			t.Fatal(err)
		}
		for name, content := range map[string]string{"comm": p[0], "cgroup": p[1]} {
			if err := os.WriteFile(filepath.Join(proc, pid, name), []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, want := podProcesses(proc, "abc"), (map[int]string{7: "pause", 9: "traefik"}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if _, err := FindPodProcess("no-such-pod", "nginx"); err == nil {
		t.Error("found a program that does not run")
	}
	if _, err := FindPodProcesses("no-such-pod"); err == nil {
		t.Error("found processes of a pod that does not run")
	}
}
