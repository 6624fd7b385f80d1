package onemachine

import (
	"context"
	"regexp"
	"strings"

	"golang.org/x/mod/semver"

	"version-manager/internal/kit/problem"
)

// A minimum is the oldest version of something with which the cluster works.
type minimum struct {
	name, least string
	ask         []string // the command that says the version
}

func minima() []minimum {
	return []minimum{
		{"Linux", "5.13", []string{"uname", "-r"}},                 // for kube-proxy's nftables mode
		{"nftables", "1.0.1", []string{"nft", "--version"}},        // for the same
		{"containerd", "1.6", []string{"containerd", "--version"}}, // speaks version 1 of the kubelet's interface
	}
}

// ask returns what a command prints, "" if it fails.
func ask(argv ...string) string {
	out, _ := command(context.Background(), argv...)
	return out
}

// checkVersions finds what is too old, before a quarter of an hour is spent on
// compiling. What says no version is taken for a good one.
func (s surroundings) checkVersions() error {
	for _, m := range minima() {
		have := versionIn(s.ask(m.ask...))
		if have != "" && semver.Compare("v"+have, "v"+m.least) < 0 {
			return problem.New(problem.Failed, "export KUBECONFIG=FILE    (of a cluster elsewhere; Debian 12 and Ubuntu 22.04 are new enough for one here)",
				"the cluster needs %s %s or newer, and this machine has %s", m.name, m.least, have)
		}
	}
	return nil
}

var versionWord = regexp.MustCompile(`\bv?(\d+\.\d+(?:\.\d+)?)`)

// versionIn finds the version in what a program says of itself.
func versionIn(said string) string {
	first, _, _ := strings.Cut(said, "\n")
	if found := versionWord.FindStringSubmatch(first); found != nil {
		return found[1]
	}
	return ""
}
