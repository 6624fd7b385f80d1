package namespaces

import (
	"context"
	"fmt"
	"os"
	"strings"

	"version-manager/internal/infra/onemachine/hosttool"
)

// bindAttempts is the number of tries to bind a namespace. A mount namespace
// can only be bound inside an older one. Since about Linux 6.18, age is a
// number that each processor counts on its own, so in a container the new
// namespace may look older on one processor and younger on another.
const bindAttempts = 20

// mountinfoFile lists the mounts of the process that reads it.
const mountinfoFile = "/proc/self/mountinfo"

// bindNamespace makes a namespace of that kind and binds it to the file, unless
// one is bound to it. A mount namespace propagates as a slave: the node sees
// later mounts of this machine, but this machine sees none of the node.
func bindNamespace(ctx context.Context, kind, file string) error {
	if IsMounted(file) {
		return nil
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return fmt.Errorf("make namespace file: %w", err)
	}
	argv := []string{"unshare", "--" + kind + "=" + file}
	if kind == "mount" {
		argv = append(argv, "--propagation", "slave")
	}
	var err error
	for range bindAttempts {
		if _, err = hosttool.RunCommand(ctx, append(argv, "true")...); err == nil {
			return nil
		}
	}
	return err
}

func unbindNamespace(ctx context.Context, file string) error {
	if IsMounted(file) {
		if _, err := hosttool.RunCommand(ctx, "umount", file); err != nil {
			return err
		}
	}
	return os.RemoveAll(file)
}

// IsMounted reports whether something is mounted at path.
func IsMounted(path string) bool {
	mounts, err := os.ReadFile(mountinfoFile)
	return err == nil && HasMount(mounts, path)
}

// HasMount reports whether a mountinfo file lists a mount at path. The fifth
// field of each line is the mount point.
func HasMount(mountinfo []byte, path string) bool {
	for line := range strings.Lines(string(mountinfo)) {
		if f := strings.Fields(line); len(f) > 4 && f[4] == path {
			return true
		}
	}
	return false
}
