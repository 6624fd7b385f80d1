package onemachine

// A cover is a file that lies over another one in the mount namespace of a
// node. A kubelet insists on some settings of the kernel, among them that a
// machine panics on an oops and then reboots. It finds them as it wants them,
// and the machine keeps its own.
type cover struct {
	name  string // file in the node's folder
	path  string // what it covers
	value string
}

func covers() []cover {
	return []cover{
		{"overcommit_memory", "/proc/sys/vm/overcommit_memory", "1"},
		{"panic_on_oom", "/proc/sys/vm/panic_on_oom", "0"},
		{"panic", "/proc/sys/kernel/panic", "10"},
		{"panic_on_oops", "/proc/sys/kernel/panic_on_oops", "1"},
		{"root_maxkeys", "/proc/sys/kernel/keys/root_maxkeys", "1000000"},
		{"root_maxbytes", "/proc/sys/kernel/keys/root_maxbytes", "25000000"},
	}
}

// A room is a folder of a node that lies over one whose name some program has
// built in, so that several can run on a machine.
type room struct{ name, path string }

func rooms() []room {
	return []room{
		{"plugins", "/var/lib/kubelet"},                 // device plugins
		{"links", "/var/log/containers"},                // links to the logs of containers
		{"shims", "/run/containerd"},                    // sockets of containerd's shims
		{"results", "/var/lib/cni"},                     // what CNI plugins answered
		{"volumes", "/var/lib/version-manager/volumes"}, // one path for local volumes on every node
	}
}
