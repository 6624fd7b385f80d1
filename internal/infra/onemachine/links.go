package onemachine

import (
	"net"
	"os"
	"strings"

	"version-manager/internal/kit/problem"
)

// linkGroup is a number that all network interfaces of ours have, and hardly
// anybody else's: "vmcl" in ASCII. Each gets it in the instant in which it is
// made, so that what an interrupted `up` left behind has it too.
const linkGroup = "1986880364"

// hasLink reports whether the machine has a network interface of that name.
func hasLink(name string) bool {
	_, err := net.InterfaceByName(name)
	return err == nil
}

// isOurLink reports whether it has one that we made.
func isOurLink(name string) bool {
	group, err := os.ReadFile("/sys/class/net/" + name + "/netdev_group")
	return err == nil && strings.TrimSpace(string(group)) == linkGroup
}

// checkLinks finds an interface that has a name of ours, and another owner.
func checkLinks(list []node) error {
	names := []string{bridge}
	for _, n := range list {
		names = append(names, n.Cable)
	}
	for _, name := range names {
		if hasLink(name) && !isOurLink(name) {
			return problem.New(problem.Failed, "ip -details link show "+name,
				"the cluster needs the name %s for a network interface, and this machine already has another one of that name", name)
		}
	}
	return nil
}
