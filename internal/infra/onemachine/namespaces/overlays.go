package namespaces

// KernelDir is the folder of a node that holds the values of KernelSettings,
// one file per setting.
const KernelDir = "kernel"

// KernelSetting is a kernel setting that a kubelet insists on. A file with the
// wanted value is mounted over the setting in the node's mount namespace: the
// kubelet finds the value that it wants, and this machine keeps its own. One
// of the settings would reboot the machine after a kernel error.
type KernelSetting struct {
	Name  string // file in KernelDir
	Path  string // the setting itself, which the file covers
	Value string
}

// KernelSettings returns all settings that are covered on a node.
func KernelSettings() []KernelSetting {
	return []KernelSetting{
		{"overcommit_memory", "/proc/sys/vm/overcommit_memory", "1"},
		{"panic_on_oom", "/proc/sys/vm/panic_on_oom", "0"},
		{"panic", "/proc/sys/kernel/panic", "10"},
		{"panic_on_oops", "/proc/sys/kernel/panic_on_oops", "1"},
		{"root_maxkeys", "/proc/sys/kernel/keys/root_maxkeys", "1000000"},
		{"root_maxbytes", "/proc/sys/kernel/keys/root_maxbytes", "25000000"},
	}
}

// privateDir is a folder whose path a program has built in. Each node has one
// of its own, mounted over that path, so that several nodes fit on one machine.
type privateDir struct {
	name string // folder of the node
	path string
}

func privateDirs() []privateDir {
	return []privateDir{
		{"plugins", "/var/lib/kubelet"},                 // device plugins
		{"links", "/var/log/containers"},                // links to the logs of containers
		{"shims", "/run/containerd"},                    // sockets of containerd's shims
		{"results", "/var/lib/cni"},                     // results of CNI plugins
		{"volumes", "/var/lib/version-manager/volumes"}, // same path for local volumes on every node
	}
}

// DirNames returns the names of a node's folders that are mounted over paths
// of this machine.
func DirNames() (names []string) {
	for _, p := range privateDirs() {
		names = append(names, p.name)
	}
	return names
}

// DirPaths returns the paths of this machine that every node covers with a
// folder of its own.
func DirPaths() (paths []string) {
	for _, p := range privateDirs() {
		paths = append(paths, p.path)
	}
	return paths
}
