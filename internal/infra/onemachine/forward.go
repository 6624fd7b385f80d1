package onemachine

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"strings"

	"version-manager/internal/kit/atomicfile"
)

// forwardFile decides whether the machine forwards packets.
const forwardFile = "/proc/sys/net/ipv4/ip_forward"

func (w network) remembered() string { return w.dir.run("ip_forward") }

// forward turns forwarding on and remembers what it was.
func (w network) forward() error {
	was, err := os.ReadFile(forwardFile)
	if err != nil {
		return fmt.Errorf("read ip_forward: %w", err)
	}
	if strings.TrimSpace(string(was)) == "1" {
		return nil
	}
	if err := atomicfile.Write(w.remembered(), was, 0o600); err != nil {
		return fmt.Errorf("remember ip_forward: %w", err)
	}
	return os.WriteFile(forwardFile, []byte("1"), 0o644)
}

// restoreForward takes that back, unless somebody else may count on it by now:
// who finds forwarding on remembers nothing and notices nothing.
func (w network) restoreForward(tell func(string)) error {
	was, err := os.ReadFile(w.remembered())
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read what ip_forward was: %w", err)
	}
	if others := forwarders(); len(others) > 0 {
		tell("ip_forward stays on, for " + strings.Join(others, ", "))
		return nil
	}
	return os.WriteFile(forwardFile, was, 0o644)
}

// forwarders are the bridges and tunnels of others that are up.
func forwarders() (names []string) {
	links, err := net.Interfaces()
	if err != nil {
		return nil
	}
	for _, l := range links {
		if l.Flags&net.FlagUp != 0 && !isOurLink(l.Name) && leadsOn("/sys/class/net/"+l.Name) {
			names = append(names, l.Name)
		}
	}
	return names
}

// leadsOn reports whether an interface is one behind which others may be.
func leadsOn(dir string) bool {
	if _, err := os.Stat(dir + "/tun_flags"); err == nil {
		return true
	}
	about, _ := os.ReadFile(dir + "/uevent")
	return strings.Contains(string(about), "DEVTYPE=bridge\n") || strings.Contains(string(about), "DEVTYPE=wireguard\n")
}
