package config

import (
	"fmt"
	"maps"
	"net/netip"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"version-manager/internal/kit/names"
)

var (
	envName  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	platform = regexp.MustCompile(`^(linux/(386|amd64|arm|arm64|loong64|ppc64le|riscv64|s390x)|darwin/(amd64|arm64))$`)
	httpVerb = regexp.MustCompile(`^[A-Z]+$`)
)

// Limits that no deploy of this kind has ever needed: what is beyond them is
// a slip of the keyboard.
const (
	maxReplicas = 1000
	maxDuration = 24 * time.Hour
)

// mistakes collects what is wrong, in the order of the file.
type mistakes []string

// addUnless notes a mistake unless ok.
func (m *mistakes) addUnless(ok bool, format string, args ...any) {
	if !ok {
		*m = append(*m, fmt.Sprintf(format, args...))
	}
}

// ValidateApp returns nil or a *problem.Problem with every mistake in a.
func (a App) ValidateApp() error {
	var m mistakes
	m.addUnless(names.IsDNS1035Label(a.Name),
		"name: %q is not a DNS label: want up to 63 of a-z, 0-9, and '-', beginning with a letter", a.Name)
	m.checkBuild(a.Build)
	m.addUnless(isPort(a.Port), "port: %d is not between 1 and 65535", a.Port)
	m.checkPath("health", a.Health)
	m.checkSmoke(a.Smoke)
	m.checkScale(a)
	m.checkEnvironment(a)
	m.checkTiming(a)
	m.checkProbe(a)
	for _, p := range a.Private {
		m.checkPath("private", p)
		m.addUnless(strings.Trim(p, "/") != "", "private: %s covers every path", p)
	}
	m.checkLocal(a.Local)
	m.checkKubernetes(a)
	for _, p := range a.Infra {
		m.addUnless(filepath.IsLocal(p), "infrastructure: %q is outside the repository", p)
	}
	if len(m) > 0 {
		return invalidError(m)
	}
	return nil
}

func (m *mistakes) checkBuild(b Build) {
	switch {
	case (b.Package == "") == (b.Image == ""):
		m.addUnless(false, "build: set exactly one of package and image")
	case b.Image != "":
		m.addUnless(filepath.IsLocal(b.Image), "build.image: %q is outside the repository", b.Image)
		m.addUnless(b.Platform == "", "build.platform: not allowed with build.image, which has its own platform")
	default:
		m.addUnless(b.Platform == "" || platform.MatchString(b.Platform),
			"build.platform: %q is not a platform such as linux/amd64 or linux/arm64", b.Platform)
		m.addUnless(filepath.IsLocal(b.Package) && (b.Package == "." || strings.HasPrefix(b.Package, "./")),
			"build.package: %q is not a package of the repository: write it as ./cmd/app", b.Package)
	}
}

func (m *mistakes) checkPath(key, p string) {
	_, err := url.ParseRequestURI(p)
	m.addUnless(err == nil && strings.HasPrefix(p, "/") && !strings.HasPrefix(p, "//"),
		"%s: %q is not a path: it must begin with one / and have no spaces", key, p)
}

func (m *mistakes) checkSmoke(list []Smoke) {
	for i, s := range list {
		m.checkPath(fmt.Sprintf("smoke[%d].path", i), s.Path)
		m.addUnless(s.Method == "" || httpVerb.MatchString(s.Method),
			"smoke[%d].method: %q is not an HTTP method such as GET", i, s.Method)
		m.addUnless(s.Status == 0 || s.Status >= 200 && s.Status <= 599,
			"smoke[%d].status: %d is not between 200 and 599", i, s.Status)
	}
}

func (m *mistakes) checkScale(a App) {
	m.addUnless(a.Replicas >= 1 && a.Replicas <= maxReplicas, "replicas: %d is not between 1 and %d", a.Replicas, maxReplicas)
	auto := a.Autoscale
	if auto == (Autoscale{}) {
		return
	}
	m.addUnless(auto.Min >= 1, "autoscale.min: %d is less than 1", auto.Min)
	m.addUnless(auto.CPU >= 0, "autoscale.cpu: %d is negative", auto.CPU)
	m.addUnless(auto.Memory >= 0, "autoscale.memory: %d is negative", auto.Memory)
	if auto.Max == 0 {
		m.addUnless(false, "autoscale: max is required")
		return
	}
	m.addUnless(auto.Max <= maxReplicas, "autoscale.max: %d is more than %d", auto.Max, maxReplicas)
	m.addUnless(auto.Max >= auto.Min, "autoscale.max: %d is less than autoscale.min, %d", auto.Max, auto.Min)
	m.addUnless(auto.Max < auto.Min || a.Replicas >= auto.Min && a.Replicas <= auto.Max,
		"replicas: %d is not between autoscale.min, %d, and autoscale.max, %d", a.Replicas, auto.Min, auto.Max)
}

func (m *mistakes) checkEnvironment(a App) {
	seen := map[string]string{}
	for _, name := range slices.Sorted(maps.Keys(a.Env)) {
		m.checkVariable("env", name, seen)
		m.addUnless(!strings.ContainsRune(a.Env[name], 0), "env: the value of %s contains a NUL byte", name)
	}
	for _, name := range a.Secrets {
		m.checkVariable("secrets", name, seen)
	}
}

// checkVariable checks one name and that it was not given before.
func (m *mistakes) checkVariable(key, name string, seen map[string]string) {
	m.addUnless(envName.MatchString(name), "%s: %q is not a name for an environment variable", key, name)
	m.addUnless(!isReserved(name), "%s: %s is reserved: version-manager sets it", key, name)
	if before, twice := seen[name]; twice {
		m.addUnless(false, "%s: %s is already in %s", key, name, before)
	}
	seen[name] = key
}

// isReserved names tell an instance who and where it is.
func isReserved(name string) bool {
	return name == "PORT" || name == "HOST" || name == "DATA_DIR" || strings.HasPrefix(name, "APP_")
}

func (m *mistakes) checkTiming(a App) {
	m.checkDuration("bake", a.Bake)
	m.checkDuration("drain", a.Drain)
	m.addUnless(a.Gate.Healthy >= 1 && a.Gate.Healthy <= 1000, "gate.healthy: %d is not between 1 and 1000", a.Gate.Healthy)
	m.checkDuration("gate.for", a.Gate.For)
	m.checkDuration("gate.timeout", a.Gate.Timeout)
	m.addUnless(a.Gate.For.Duration < a.Gate.Timeout.Duration, "gate.for: %s is not shorter than gate.timeout, %s", a.Gate.For, a.Gate.Timeout)
}

func (m *mistakes) checkDuration(key string, d Duration) {
	m.addUnless(d.Duration > 0 && d.Duration <= maxDuration, "%s: %s is out of range: want more than 0 and at most %s", key, d, Duration{maxDuration})
}

func (m *mistakes) checkProbe(a App) {
	p := a.Probe
	if p.Path != a.Health { // which was checked already
		m.checkPath("probe.path", p.Path)
	}
	m.addUnless(p.Rate >= 1 && p.Rate <= 1000, "probe.rate: %d is not between 1 and 1000 requests per second", p.Rate)
	m.checkDuration("probe.timeout", p.Timeout)
	if p.Slow != "" {
		m.checkPath("probe.slow", p.Slow)
	}
	if p.WebSocket != "" {
		m.checkPath("probe.websocket", p.WebSocket)
	}
	m.addUnless(p.MaxFailed >= 0, "probe.maxFailed: %d is negative", p.MaxFailed)
}

func (m *mistakes) checkLocal(l Local) {
	_, err := netip.ParseAddr(l.Address)
	m.addUnless(err == nil || l.Address == "localhost", "local.address: %q is not an IP address", l.Address)
	m.addUnless(names.IsDNS1123Subdomain(l.Preview), "local.preview: %q is not a host name", l.Preview)
	m.addUnless((l.Cert == "") == (l.Key == ""), "local: set both cert and key, or neither")
	m.checkFront(l)
	m.addUnless(len(l.Ingress) > 0, "local.ingress: set at least one port")
	seen := map[int]bool{}
	for _, p := range append([]int{l.App}, l.Ingress...) {
		m.addUnless(isPort(p), "local: port %d is not between 1 and 65535", p)
		m.addUnless(!seen[p], "local: port %d is listed twice", p)
		seen[p] = true
	}
}

func isPort(p int) bool { return p >= 1 && p <= 65535 }
