package onemachine

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
)

// machine makes the namespaces of nodes and pins them to files, so that they
// stay while processes come and go.
type machine struct{ dir layout }

// open makes what of the node's namespaces is not there. One that an
// interrupted `up` left without all of its furniture is made anew: a kubelet
// would set the kernel of the machine in it.
func (m machine) open(ctx context.Context, n node) error {
	if err := m.openPins(ctx); err != nil {
		return err
	}
	if err := m.pin(ctx, "net", m.dir.netns(n.Name)); err != nil {
		return err
	}
	if done, err := m.furnished(ctx, n); err != nil || done {
		return err
	}
	if err := m.unpin(ctx, m.dir.mntns(n.Name)); err != nil {
		return err
	}
	if err := m.makeRooms(); err != nil {
		return err
	}
	if err := m.pin(ctx, "mount", m.dir.mntns(n.Name)); err != nil {
		return err
	}
	_, err := commandWith(ctx, m.furnish(n), "nsenter", "--mount="+m.dir.mntns(n.Name), "sh", "-e")
	return err
}

// openPins makes the folder of the pins a mount of its own that tells nobody:
// the kernel pins a mount namespace nowhere else.
func (m machine) openPins(ctx context.Context) error {
	pins := m.dir.pins()
	if err := os.MkdirAll(pins, 0o700); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	if !pinned(pins) {
		if _, err := command(ctx, "mount", "--bind", pins, pins); err != nil {
			return err
		}
	}
	_, err := command(ctx, "mount", "--make-private", pins)
	return err
}

// pin makes a namespace. "slave" lets a node see what the machine mounts, but
// never the other way round.
func (m machine) pin(ctx context.Context, kind, file string) error {
	if pinned(file) {
		return nil
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		return fmt.Errorf("make pin: %w", err)
	}
	argv := []string{"unshare", "--" + kind + "=" + file}
	if kind == "mount" {
		argv = append(argv, "--propagation", "slave")
	}
	var err error
	for range pinTries {
		if _, err = command(ctx, append(argv, "true")...); err == nil {
			return nil
		}
	}
	return err
}

// pinTries: a mount namespace can only be pinned in an older one, and since
// Linux 6.18 or so age is a number that each processor counts by itself. Where
// this machine is itself a container, another processor may have the luck.
const pinTries = 20

// makeRooms makes the folders that the rooms lie over, and remembers those
// that were not there before.
func (m machine) makeRooms() error {
	for _, r := range rooms() {
		if _, err := os.Stat(r.path); err == nil {
			continue
		}
		made, err := os.OpenFile(m.dir.run("folders"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		_, err = made.WriteString(r.path + "\n")
		if err := errors.Join(err, made.Close(), os.MkdirAll(r.path, 0o700)); err != nil {
			return fmt.Errorf("make folder for nodes: %w", err)
		}
	}
	return nil
}

// furnish is the script that lays a node's own folders and files over those of
// the machine. The last of the folders is laid last: see furnished.
func (m machine) furnish(n node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "mount --make-rshared /\numount -R %s\n", m.dir.pins())
	for _, c := range covers() {
		fmt.Fprintf(&b, "if [ -e %[2]s ]; then mount --bind %[1]s %[2]s; fi\n", m.dir.node(n.Name, "kernel", c.name), c.path)
	}
	for _, r := range rooms() {
		fmt.Fprintf(&b, "mount --bind %s %s\n", m.dir.node(n.Name, r.name), r.path)
	}
	return b.String()
}

// furnished reports whether the node has a mount namespace in which furnish
// came to its end.
func (m machine) furnished(ctx context.Context, n node) (bool, error) {
	if !pinned(m.dir.mntns(n.Name)) {
		return false, nil
	}
	mounts, err := command(ctx, "nsenter", "--mount="+m.dir.mntns(n.Name), "cat", "/proc/self/mountinfo")
	last := rooms()[len(rooms())-1]
	return mountedAt([]byte(mounts), last.path), err
}

// enter is the beginning of a command line that runs on a node.
func (m machine) enter(node string) []string {
	return []string{"nsenter", "--net=" + m.dir.netns(node), "--mount=" + m.dir.mntns(node)}
}

// reboot gives a node, on which nothing runs any more, a new mount namespace:
// whatever its processes had mounted is gone.
func (m machine) reboot(ctx context.Context, n node) error {
	if err := m.unpin(ctx, m.dir.mntns(n.Name)); err != nil {
		return err
	}
	return m.open(ctx, n)
}

// close ends the namespaces of a node, on which nothing runs any more.
func (m machine) close(ctx context.Context, n node) error {
	return errors.Join(m.unpin(ctx, m.dir.mntns(n.Name)), m.unpin(ctx, m.dir.netns(n.Name)))
}

func (m machine) unpin(ctx context.Context, file string) error {
	if pinned(file) {
		if _, err := command(ctx, "umount", file); err != nil {
			return err
		}
	}
	return os.RemoveAll(file)
}

// closePins undoes openPins and makeRooms.
func (m machine) closePins(ctx context.Context) error {
	if pinned(m.dir.pins()) {
		if _, err := command(ctx, "umount", m.dir.pins()); err != nil {
			return err
		}
	}
	made, _ := os.ReadFile(m.dir.run("folders"))
	for path := range strings.Lines(string(made)) {
		_ = os.Remove(strings.TrimSpace(path)) // somebody else may use it by now
	}
	return nil
}

// pinned reports whether something is mounted at path.
func pinned(path string) bool {
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	return err == nil && mountedAt(mounts, path)
}

// mountedAt looks for path in the text of a mountinfo file, whose fifth field
// is where something is mounted.
func mountedAt(mountinfo []byte, path string) bool {
	for line := range strings.Lines(string(mountinfo)) {
		if f := strings.Fields(line); len(f) > 4 && f[4] == path {
			return true
		}
	}
	return false
}
