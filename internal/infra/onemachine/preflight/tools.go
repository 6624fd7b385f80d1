// Package preflight checks whether this machine can run a local cluster:
// operating system, user, installed programs, and their versions.
//
// It changes nothing. Start with [CheckMachine].
package preflight

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/kit/problem"
)

// ErrNotRoot is the cause of an error that root would not get.
var ErrNotRoot = errors.New("only root may do that")

// Tools is where other programs look for the installed ones.
type Tools struct {
	Containerd string // path of the program
	CNIDir     string // folder of the CNI plugins
}

// CheckMachine returns where the tools are, or a problem that names what is
// missing or too old and how to install it.
func CheckMachine() (Tools, error) { return thisMachine().checkAll() }

// CheckRoot returns a problem with the cause ErrNotRoot for other users.
func CheckRoot() error { return thisMachine().checkUser() }

// tool is a program that must be installed.
type tool struct {
	name     string
	apt, dnf string // packages
}

func requiredTools() []tool {
	return []tool{
		{"containerd", "containerd", "containerd"},
		{"containerd-shim-runc-v2", "containerd", "containerd"},
		{"ctr", "containerd", "containerd"},
		{"runc", "runc", "runc"},
		{"nft", "nftables", "nftables"},
		{"iptables", "iptables", "iptables-nft"}, // called by the portmap plugin
		{"ip", "iproute2", "iproute"},
		{"nsenter", "util-linux", "util-linux"},
		{"unshare", "util-linux", "util-linux"},
		{"mount", "mount", "util-linux"},
	}
}

// requiredPlugins are the CNI plugins. Distributions have them in one package.
func requiredPlugins() []string { return []string{"ptp", "host-local", "portmap", "loopback"} }

// pluginDirs are the folders in which distributions install CNI plugins.
func pluginDirs() []string {
	return []string{"/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"}
}

// machine is what the checks read. Tests have one of their own.
type machine struct {
	goos       string
	uid        int
	lookPath   func(string) (string, error)
	pluginDirs []string
	output     func(argv ...string) string // of a command; empty if it fails
}

func thisMachine() machine {
	return machine{runtime.GOOS, os.Geteuid(), exec.LookPath, pluginDirs(), commandOutput}
}

func commandOutput(argv ...string) string {
	out, _ := hosttool.RunCommand(context.Background(), argv...)
	return out
}

func (m machine) checkAll() (Tools, error) {
	if m.goos != "linux" {
		return Tools{}, problem.New(problem.Failed, "export KUBECONFIG=FILE", "the local cluster requires Linux, and this is %s", m.goos)
	}
	if err := m.checkUser(); err != nil {
		return Tools{}, err // first, because some programs are in folders that only root searches
	}
	found, missing := m.findTools()
	if len(missing) > 0 {
		return Tools{}, problem.New(problem.Failed, m.installHint(missing),
			"the local cluster requires programs that are not installed: %s", strings.Join(toolNames(missing), ", "))
	}
	return found, m.checkVersions()
}

func (m machine) checkUser() error {
	if m.uid != 0 {
		return problem.Wrap(ErrNotRoot, problem.Failed, "", "the local cluster needs network devices and mounts")
	}
	return nil
}

// findTools returns where the tools are, and those that are missing.
func (m machine) findTools() (found Tools, missing []tool) {
	for _, t := range requiredTools() {
		path, err := m.lookPath(t.name)
		if err != nil {
			missing = append(missing, t)
		}
		if t.name == "containerd" {
			found.Containerd = path
		}
	}
	for _, p := range requiredPlugins() {
		dir, ok := findDir(m.pluginDirs, p)
		if !ok {
			missing = append(missing, tool{"CNI plugin " + p, "containernetworking-plugins", "containernetworking-plugins"})
			continue
		}
		found.CNIDir = dir
	}
	return found, missing
}

// installHint returns the command that installs the missing tools.
func (m machine) installHint(missing []tool) string {
	install, packageOf := "sudo apt-get install -y ", func(t tool) string { return t.apt }
	if _, err := m.lookPath("apt-get"); err != nil {
		install, packageOf = "sudo dnf install -y ", func(t tool) string { return t.dnf }
	}
	var packages []string
	for _, t := range missing {
		if name := packageOf(t); !slices.Contains(packages, name) {
			packages = append(packages, name)
		}
	}
	return install + strings.Join(packages, " ")
}

func toolNames(list []tool) (names []string) {
	for _, t := range list {
		names = append(names, t.name)
	}
	return names
}

// findDir returns the first of the folders that contains the file.
func findDir(dirs []string, file string) (dir string, ok bool) {
	for _, dir := range dirs {
		if info, err := os.Stat(filepath.Join(dir, file)); err == nil && info.Mode().IsRegular() {
			return dir, true
		}
	}
	return "", false
}
