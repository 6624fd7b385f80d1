package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"version-manager/internal/kit/names"
	"version-manager/internal/wire"
)

// Words of the cluster's API, as far as its own regular expressions go. This
// package does without Kubernetes, so that the smallest program can read a
// configuration.
var (
	registry  = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]*[a-zA-Z0-9])?(:[0-9]{1,5})?(/[a-z0-9]+([._-]+[a-z0-9]+)*)*$`)
	cpuAmount = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)(m?)$`)
	memAmount = regexp.MustCompile(`^([0-9]+(?:\.[0-9]+)?)([KMGT]i|[kMGT]|)$`)
)

// maxClusterApp leaves room for what follows the name in those of Services.
const maxClusterApp = 63 - len("-green")

func (m *mistakes) checkKubernetes(a App) {
	k := a.Kubernetes
	// A name that is not a label at all is reported already.
	m.addUnless(len(a.Name) <= maxClusterApp || !names.IsDNS1035Label(a.Name), "name: %q is longer than %d: in a cluster -blue or -green is added to it", a.Name, maxClusterApp)
	m.addUnless(a.Port != wire.SidecarTrafficPort && a.Port != wire.SidecarAdminPort, "port: %d is used by the sidecar in every pod of a cluster", a.Port)
	m.addUnless(k.Namespace == "" || names.IsDNS1123Label(k.Namespace), "kubernetes.namespace: %q is not a DNS label", k.Namespace)
	m.checkHosts(k)
	m.checkTrusted("kubernetes.trusted", k.Trusted)
	m.addUnless(k.PreviewSecret == "" || envName.MatchString(k.PreviewSecret), "kubernetes.previewSecret: %q is not the name of a variable", k.PreviewSecret)
	if namespace, name, found := strings.Cut(k.Gateway, "/"); k.Gateway != "" {
		m.addUnless(found && names.IsDNS1123Label(namespace) && isHost(name), "kubernetes.gateway: %q is not of the form namespace/name", k.Gateway)
	}
	for _, e := range k.Entrances {
		m.addUnless(isBaseURL(e), "kubernetes.entrances: %q is not a URL such as http://192.0.2.1:30001", e)
	}
	m.checkImages(k)
	m.checkResources(k.Resources)
}

// MaxHosts is how many names an HTTPRoute can have.
const MaxHosts = 16

func (m *mistakes) checkHosts(k Kubernetes) {
	m.addUnless(len(k.Hosts) <= MaxHosts, "kubernetes.hosts: %d names, more than the %d that a route can have", len(k.Hosts), MaxHosts)
	for i, h := range k.Hosts {
		m.addUnless(isHost(strings.TrimPrefix(h, "*.")), "kubernetes.hosts: %q is not a host name", h)
		m.addUnless(!slices.Contains(k.Hosts[:i], h), "kubernetes.hosts: %q is listed twice", h)
	}
	m.addUnless(k.Preview == "" || isHost(k.Preview), "kubernetes.preview: %q is not a host name", k.Preview)
	m.addUnless(!slices.Contains(k.Hosts, k.Preview), "kubernetes.preview: %q is also in kubernetes.hosts", k.Preview)
}

// checkImages checks how nodes come by their images: from a registry, or by a
// command.
func (m *mistakes) checkImages(k Kubernetes) {
	m.addUnless(!strings.Contains(k.Registry, "://"), "kubernetes.registry: %q: leave out the scheme", k.Registry)
	m.addUnless(k.Registry == "" || strings.Contains(k.Registry, "://") || registry.MatchString(k.Registry),
		"kubernetes.registry: %q is not of the form registry.example.org/team", k.Registry)
	m.addUnless(k.PullSecret == "" || isHost(k.PullSecret), "kubernetes.pullSecret: %q is not the name of a Secret", k.PullSecret)
	m.addUnless(k.PullSecret == "" || k.Registry != "", "kubernetes.pullSecret: requires kubernetes.registry")
	m.addUnless(len(k.Load) == 0 || k.Registry == "", "kubernetes.load: nodes pull from kubernetes.registry themselves: set only one of the two")
	namesNode := func(arg string) bool { return strings.Contains(arg, "{node}") || strings.Contains(arg, "{address}") }
	m.addUnless(len(k.Load) == 0 || k.Load[0] != "" && slices.ContainsFunc(k.Load, namesNode),
		"kubernetes.load: %q does not name the node: add {node} or {address}", k.Load)
}

func (m *mistakes) checkResources(r Resources) {
	cpu := m.parseAmount("cpu", r.CPU, cpuAmount, "250m or 2")
	memory := m.parseAmount("memory", r.Memory, memAmount, "128Mi or 1Gi")
	cpuLimit := m.parseAmount("cpuLimit", r.CPULimit, cpuAmount, "250m or 2")
	memoryLimit := m.parseAmount("memoryLimit", r.MemoryLimit, memAmount, "128Mi or 1Gi")
	m.addUnless(cpuLimit == 0 || cpu <= cpuLimit, "kubernetes.resources.cpuLimit: %s is less than cpu, %s", r.CPULimit, r.CPU)
	m.addUnless(memoryLimit == 0 || memory <= memoryLimit, "kubernetes.resources.memoryLimit: %s is less than memory, %s", r.MemoryLimit, r.Memory)
}

// parseAmount returns what a quantity is worth, 0 for none or a wrong one.
func (m *mistakes) parseAmount(key, s string, form *regexp.Regexp, such string) float64 {
	if s == "" {
		return 0
	}
	parts := form.FindStringSubmatch(s)
	if parts == nil {
		m.addUnless(false, "kubernetes.resources.%s: %q is not a quantity such as %s", key, s, such)
		return 0
	}
	n, _ := strconv.ParseFloat(parts[1], 64) // the form says that it is one
	m.addUnless(n > 0, "kubernetes.resources.%s: %s is not more than 0", key, s)
	return n * unitFactor(parts[2])
}

// unitFactor is what a unit multiplies a number with.
func unitFactor(unit string) float64 {
	if unit == "m" {
		return 1e-3
	}
	thousand := 1e3
	if strings.HasSuffix(unit, "i") {
		thousand = 1 << 10
	}
	n := 1.0
	if unit != "" {
		for range 1 + strings.IndexByte("KMGT", unit[0]&^0x20) { // k is written small where it means 1000
			n *= thousand
		}
	}
	return n
}

// isHost reports whether s is a host name and no address.
func isHost(s string) bool {
	_, err := netip.ParseAddr(s)
	return err != nil && names.IsDNS1123Subdomain(s)
}

// isBaseURL reports whether s is a URL that paths can be put behind.
func isBaseURL(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && isReachable(u) &&
		fmt.Sprintf("%s://%s", u.Scheme, u.Host) == strings.TrimSuffix(s, "/")
}

// isReachable reports whether a URL has a host and a port that something can
// listen at. [url.Parse] takes nearly any sign for part of a host name. Names
// in a private network have capital letters and underscores at times.
func isReachable(u *url.URL) bool {
	name := strings.ReplaceAll(strings.ToLower(u.Hostname()), "_", "-")
	if _, err := netip.ParseAddr(name); err != nil && !isHost(strings.TrimSuffix(name, ".")) {
		return false
	}
	port, err := strconv.Atoi(u.Port())
	return err == nil && isPort(port) || u.Port() == "" && !strings.HasSuffix(u.Host, ":")
}
