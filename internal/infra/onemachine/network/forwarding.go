package network

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/progress"
)

// ForwardingFile says whether this machine, or a node, forwards IP packets.
const ForwardingFile = "/proc/sys/net/ipv4/ip_forward"

// savedForwarding holds the content of ForwardingFile before the first change.
func (nw Network) savedForwarding() string { return nw.dir.RunPath("ip_forward") }

// enableForwarding turns IP forwarding on and saves the earlier value.
func (nw Network) enableForwarding() error {
	was, err := os.ReadFile(ForwardingFile)
	if err != nil {
		return fmt.Errorf("read ip_forward: %w", err)
	}
	if strings.TrimSpace(string(was)) == "1" {
		return nil
	}
	if err := atomicfile.WriteFile(nw.savedForwarding(), was, 0o600); err != nil {
		return fmt.Errorf("save ip_forward: %w", err)
	}
	return os.WriteFile(ForwardingFile, []byte("1"), 0o644)
}

// restoreForwarding restores the saved value, unless another bridge or tunnel
// may rely on forwarding by now: its program found forwarding on and would not
// notice that it went off.
func (nw Network) restoreForwarding(report *progress.Reporter) error {
	was, err := os.ReadFile(nw.savedForwarding())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the saved ip_forward: %w", err)
	}
	if others := otherRouters(); len(others) > 0 {
		report.ReportNote("IP forwarding stays on because other interfaces may need it: %s", strings.Join(others, ", "))
		return nil
	}
	return os.WriteFile(ForwardingFile, was, 0o644)
}

// otherRouters are the bridges and tunnels of others that are up.
func otherRouters() (names []string) {
	links, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, l := range links {
		if l.Flags&net.FlagUp != 0 && !isOurLink(l.Name) && isRouterLink("/sys/class/net/"+l.Name) {
			names = append(names, l.Name)
		}
	}
	return names
}

// isRouterLink reports whether the interface that sysfs describes in dir is a
// bridge or a tunnel.
func isRouterLink(dir string) bool {
	if _, err := os.Stat(dir + "/tun_flags"); err == nil {
		return true
	}
	event, _ := os.ReadFile(dir + "/uevent")
	return strings.Contains(string(event), "DEVTYPE=bridge\n") || strings.Contains(string(event), "DEVTYPE=wireguard\n")
}
