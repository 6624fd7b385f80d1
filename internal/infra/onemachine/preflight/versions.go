package preflight

import (
	"regexp"
	"strings"

	"golang.org/x/mod/semver"

	"version-manager/internal/kit/problem"
)

// minimumVersion is the oldest version of a program that the cluster works
// with.
type minimumVersion struct {
	name, version string
	command       []string // prints the installed version
}

func minimumVersions() []minimumVersion {
	return []minimumVersion{
		{"Linux", "5.13", []string{"uname", "-r"}},                 // for kube-proxy in nftables mode
		{"nftables", "1.0.1", []string{"nft", "--version"}},        // for the same
		{"containerd", "1.6", []string{"containerd", "--version"}}, // serves version 1 of the kubelet's interface
	}
}

// checkVersions fails early, before Kubernetes is compiled for a quarter of an
// hour. A program that prints no version passes.
func (m machine) checkVersions() error {
	for _, least := range minimumVersions() {
		have := parseVersion(m.output(least.command...))
		if have != "" && semver.Compare("v"+have, "v"+least.version) < 0 {
			return problem.New(problem.Failed, "export KUBECONFIG=FILE",
				"the local cluster requires %s %s or newer, as in Debian 12 or Ubuntu 22.04; this machine has %s", least.name, least.version, have)
		}
	}
	return nil
}

var versionPattern = regexp.MustCompile(`\bv?(\d+\.\d+(?:\.\d+)?)`)

// parseVersion finds the version in the first line that a program prints.
func parseVersion(output string) string {
	first, _, _ := strings.Cut(output, "\n")
	if found := versionPattern.FindStringSubmatch(first); found != nil {
		return found[1]
	}
	return ""
}
