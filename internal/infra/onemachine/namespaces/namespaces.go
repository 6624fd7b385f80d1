// Package namespaces makes the network and mount namespaces of nodes.
//
// A namespace is bound to a file, so it exists while processes come and go. A
// node's mount namespace covers the folders that programs have built in, so
// that several nodes fit on one machine, and the kernel settings that a kubelet
// would change. Start with [NewNamespaces].
package namespaces

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/infra/onemachine/topology"
)

// Namespaces are those of one cluster.
type Namespaces struct{ dir clusterdir.Dir }

// NewNamespaces returns the namespaces of the cluster in dir. It changes
// nothing.
func NewNamespaces(dir clusterdir.Dir) Namespaces { return Namespaces{dir} }

// EnterCommand returns the beginning of a command line that runs on a node.
func (ns Namespaces) EnterCommand(node string) []string {
	return []string{"nsenter", "--net=" + ns.dir.NetworkNamespace(node), "--mount=" + ns.dir.MountNamespace(node)}
}

// OpenNode makes those namespaces of a node that do not exist. A mount
// namespace that an interrupted call left without all of its mounts is replaced:
// in it, a kubelet would change the kernel settings of this machine.
func (ns Namespaces) OpenNode(ctx context.Context, n topology.Node) error {
	if err := ns.openDir(ctx); err != nil {
		return err
	}
	if err := bindNamespace(ctx, "net", ns.dir.NetworkNamespace(n.Name)); err != nil {
		return err
	}
	if complete, err := ns.hasAllMounts(ctx, n); err != nil || complete {
		return err
	}
	if err := unbindNamespace(ctx, ns.dir.MountNamespace(n.Name)); err != nil {
		return err
	}
	if err := ns.makeMountPoints(); err != nil {
		return err
	}
	if err := bindNamespace(ctx, "mount", ns.dir.MountNamespace(n.Name)); err != nil {
		return err
	}
	_, err := hosttool.RunWithInput(ctx, ns.mountScript(n), "nsenter", "--mount="+ns.dir.MountNamespace(n.Name), "sh", "-e")
	return err
}

// ReplaceMounts gives a node without processes a new mount namespace, and so
// drops whatever its processes had mounted.
func (ns Namespaces) ReplaceMounts(ctx context.Context, n topology.Node) error {
	if err := unbindNamespace(ctx, ns.dir.MountNamespace(n.Name)); err != nil {
		return err
	}
	return ns.OpenNode(ctx, n)
}

// CloseNode removes the namespaces of a node without processes.
func (ns Namespaces) CloseNode(ctx context.Context, n topology.Node) error {
	return errors.Join(unbindNamespace(ctx, ns.dir.MountNamespace(n.Name)), unbindNamespace(ctx, ns.dir.NetworkNamespace(n.Name)))
}

// openDir makes the folder of the namespaces a private mount, because the
// kernel binds a mount namespace only to a file on one.
func (ns Namespaces) openDir(ctx context.Context) error {
	dir := ns.dir.NamespaceDir()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if !IsMounted(dir) {
		if _, err := hosttool.RunCommand(ctx, "mount", "--bind", dir, dir); err != nil {
			return err
		}
	}
	_, err := hosttool.RunCommand(ctx, "mount", "--make-private", dir)
	return err
}

// CloseDir unmounts the folder of the namespaces, and removes the empty mount
// points that OpenNode made.
func (ns Namespaces) CloseDir(ctx context.Context) error {
	if IsMounted(ns.dir.NamespaceDir()) {
		if _, err := hosttool.RunCommand(ctx, "umount", ns.dir.NamespaceDir()); err != nil {
			return err
		}
	}
	made, _ := os.ReadFile(ns.createdDirs())
	for path := range strings.Lines(string(made)) {
		_ = os.Remove(strings.TrimSpace(path)) // fails if someone else uses it by now
	}
	return nil
}

// createdDirs lists the mount points that we made, one per line.
func (ns Namespaces) createdDirs() string { return ns.dir.RunPath("folders") }

// makeMountPoints makes the folders that private folders are mounted on, and
// remembers those that did not exist.
func (ns Namespaces) makeMountPoints() error {
	for _, p := range privateDirs() {
		if _, err := os.Stat(p.path); err == nil {
			continue
		}
		list, err := os.OpenFile(ns.createdDirs(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = list.WriteString(p.path + "\n")
		if err := errors.Join(err, list.Close(), os.MkdirAll(p.path, 0o700)); err != nil {
			return fmt.Errorf("make folder for nodes: %w", err)
		}
	}
	return nil
}

// mountScript mounts a node's own files and folders over those of the machine.
// The last private folder is mounted last; see hasAllMounts.
func (ns Namespaces) mountScript(n topology.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mount --make-rshared /\numount -R %s\n", ns.dir.NamespaceDir())
	for _, s := range KernelSettings() {
		fmt.Fprintf(&b, "if [ -e %[2]s ]; then mount --bind %[1]s %[2]s; fi\n", ns.dir.NodePath(n.Name, KernelDir, s.Name), s.Path)
	}
	for _, p := range privateDirs() {
		fmt.Fprintf(&b, "mount --bind %s %s\n", ns.dir.NodePath(n.Name, p.name), p.path)
	}
	return b.String()
}

// hasAllMounts reports whether the node has a mount namespace in which
// mountScript ran to its end.
func (ns Namespaces) hasAllMounts(ctx context.Context, n topology.Node) (bool, error) {
	if !IsMounted(ns.dir.MountNamespace(n.Name)) {
		return false, nil
	}
	mounts, err := hosttool.RunCommand(ctx, "nsenter", "--mount="+ns.dir.MountNamespace(n.Name), "cat", mountinfoFile)
	last := privateDirs()[len(privateDirs())-1]
	return HasMount([]byte(mounts), last.path), err
}
