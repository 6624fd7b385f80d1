package onemachine

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// A tool is a program that has to be installed.
type tool struct {
	name     string
	apt, dnf string // packages
}

func tools() []tool {
	return []tool{
		{"containerd", "containerd", "containerd"},
		{"containerd-shim-runc-v2", "containerd", "containerd"},
		{"ctr", "containerd", "containerd"},
		{"runc", "runc", "runc"},
		{"nft", "nftables", "nftables"},
		{"iptables", "iptables", "iptables-nft"}, // the portmap plugin calls it
		{"ip", "iproute2", "iproute"},
		{"nsenter", "util-linux", "util-linux"},
		{"unshare", "util-linux", "util-linux"},
		{"mount", "mount", "util-linux"},
	}
}

// plugins of the container network interface; they come in one package.
func plugins() []string { return []string{"ptp", "host-local", "portmap", "loopback"} }

// pluginFolders are where distributions put them.
func pluginFolders() []string {
	return []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}
}

// found is where the tools are that other programs have to be told about.
type found struct{ containerd, cni string }

// surroundings are what a check looks at; tests have their own.
type surroundings struct {
	system  string // runtime.GOOS
	user    int
	look    func(string) (string, error) // exec.LookPath
	folders []string                     // of CNI plugins
	ask     func(argv ...string) string  // what a command prints
}

func thisMachine() surroundings {
	return surroundings{runtime.GOOS, os.Geteuid(), exec.LookPath, pluginFolders(), ask}
}

// check says in one line what is missing and how to get it.
func (s surroundings) check() (found, error) {
	if s.system != "linux" {
		return found{}, problem.New(problem.Failed, "export KUBECONFIG=FILE    (of a cluster elsewhere)",
			"a cluster of one's own needs Linux, and this is %s", s.system)
	}
	if err := s.checkUser(); err != nil {
		return found{}, err // before programs are missed that lie where only root looks
	}
	var f found
	missing, apt, dnf := s.missing(&f)
	if len(missing) > 0 {
		hint := "sudo apt-get install -y " + strings.Join(apt, " ")
		if _, err := s.look("apt-get"); err != nil {
			hint = "sudo dnf install -y " + strings.Join(dnf, " ")
		}
		return found{}, problem.New(problem.Failed, hint, "the cluster needs programs that are not installed: %s", strings.Join(missing, ", "))
	}
	return f, s.checkVersions()
}

// ErrNotRoot is the cause of what the owner of the cluster may and this user
// may not.
var ErrNotRoot = errors.New("only root may do that")

func (s surroundings) checkUser() error {
	if s.user != 0 {
		return problem.Wrap(ErrNotRoot, problem.Failed, "", "the cluster makes network devices and mounts")
	}
	return nil
}

func (s surroundings) missing(f *found) (names, apt, dnf []string) {
	add := func(t tool) {
		names = append(names, t.name)
		apt, dnf = addOnce(apt, t.apt), addOnce(dnf, t.dnf)
	}
	for _, t := range tools() {
		path, err := s.look(t.name)
		if err != nil {
			add(t)
		}
		if t.name == "containerd" {
			f.containerd = path
		}
	}
	for _, p := range plugins() {
		path, ok := find(p, s.folders...)
		if !ok {
			add(tool{"CNI plugin " + p, "containernetworking-plugins", "containernetworking-plugins"})
			continue
		}
		f.cni = strings.TrimSuffix(path, "/"+p)
	}
	return names, apt, dnf
}

func addOnce(list []string, word string) []string {
	if slices.Contains(list, word) {
		return list
	}
	return append(list, word)
}

// find returns the first of the folders that has the file.
func find(file string, folders ...string) (path string, ok bool) {
	for _, dir := range folders {
		path := filepath.Join(dir, file)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, true
		}
	}
	return "", false
}
