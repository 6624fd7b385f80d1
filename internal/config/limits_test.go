package config

import (
	"fmt"
	"strings"
	"testing"
)

// limitCase is one value of a field, on a limit or beside it.
type limitCase struct {
	yaml string
	want string // part of a mistake; empty if the value is accepted
}

func checkLimits(t *testing.T, cases []limitCase) {
	t.Helper()
	for _, tt := range cases {
		_, err := ParseYAML([]byte(withBase(tt.yaml)))
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%.80s: %v, want no mistake", tt.yaml, err)
		case tt.want != "" && err == nil:
			t.Errorf("%.80s: accepted, want a mistake with %q", tt.yaml, tt.want)
		case tt.want != "" && !strings.Contains(strings.Join(append(problemLines(t, err), err.Error()), "\n"), tt.want):
			t.Errorf("%.80s: %v, want a mistake with %q", tt.yaml, err, tt.want)
		}
	}
}

// between has a case on each limit of a whole number, and one beyond each.
func between(format string, low, high int, key string) []limitCase {
	at := func(n int) string { return fmt.Sprintf(format, n) }
	return []limitCase{{at(low - 1), key + ": "}, {at(low), ""}, {at(low + 1), ""}, {at(high - 1), ""}, {at(high), ""}, {at(high + 1), key + ": "}}
}

// durations has the same for a duration of more than 0 and at most 24 hours.
func durations(format, key string) []limitCase {
	at := func(d string) string { return fmt.Sprintf(format, d) }
	return []limitCase{{at("-1ns"), key + ": "}, {at("0s"), key + ": "}, {at("1ns"), ""}, {at("24h"), ""}, {at("24h0m0.000000001s"), key + ": "}}
}

func TestNumberLimits(t *testing.T) {
	checkLimits(t, between("port: %d", 1, 65535, "port"))
	checkLimits(t, []limitCase{
		{"port: 15079", ""}, {"port: 15080", "port: 15080 is used"}, {"port: 15081", "port: 15081 is used"}, {"port: 15082", ""},
	})
	checkLimits(t, between("replicas: %d", 1, 1000, "replicas"))
	checkLimits(t, between("gate: {healthy: %d}", 1, 1000, "gate.healthy"))
	checkLimits(t, between("probe: {rate: %d}", 1, 1000, "probe.rate"))
	checkLimits(t, between("smoke: [{path: /, status: %d}]", 200, 599, "smoke[0].status"))
	checkLimits(t, between("local: {app: %d}", 1, 65535, "local"))
	checkLimits(t, between("local: {ingress: [%d]}", 1, 65535, "local"))
	checkLimits(t, []limitCase{
		{"smoke: [{path: /, status: 0}]", ""}, {"smoke: [{path: /, status: -1}]", "smoke[0].status: "}, {"smoke: [{path: /, status: 1}]", "smoke[0].status: "},
		{"probe: {maxFailed: -1}", "probe.maxFailed: "}, {"probe: {maxFailed: 0}", ""}, {"probe: {maxFailed: 1}", ""},
		{"local: {app: 80, ingress: [80]}", "local: port 80 "}, {"local: {app: 79, ingress: [80]}", ""},
	})
}

func TestAutoscaleLimits(t *testing.T) {
	checkLimits(t, between("autoscale: {min: 1, max: %d}", 1, 1000, "autoscale")[1:5])
	checkLimits(t, []limitCase{
		{"autoscale: {min: 1, max: 0}", "autoscale: max is required"}, {"autoscale: {max: -1}", "autoscale.max: "}, {"autoscale: {max: 1001}", "autoscale.max: "},
		{"autoscale: {min: -1, max: 2}", "autoscale.min: "}, {"autoscale: {min: 1, max: 2}", ""},
		{"autoscale: {min: 2, max: 1}", "autoscale.max: "}, {"autoscale: {min: 2, max: 2}", ""}, {"autoscale: {min: 2, max: 3}", ""},
		{"autoscale: {max: 2, cpu: -1}", "autoscale.cpu: "}, {"autoscale: {max: 2, cpu: 0}", ""}, {"autoscale: {max: 2, cpu: 1}", ""},
		{"autoscale: {max: 2, memory: -1}", "autoscale.memory: "}, {"autoscale: {max: 2, memory: 0}", ""}, {"autoscale: {max: 2, memory: 1}", ""},
		{"autoscale: {min: 1}", "autoscale: "}, {"autoscale: {cpu: 50}", "autoscale: "}, {"autoscale: {memory: 50}", "autoscale: "},
		{"replicas: 1\nautoscale: {min: 2, max: 4}", "replicas: "}, {"replicas: 2\nautoscale: {min: 2, max: 4}", ""},
		{"replicas: 4\nautoscale: {min: 2, max: 4}", ""}, {"replicas: 5\nautoscale: {min: 2, max: 4}", "replicas: "},
	})
}

func TestDurationLimits(t *testing.T) {
	checkLimits(t, durations("bake: %s", "bake"))
	checkLimits(t, durations("drain: %s", "drain"))
	checkLimits(t, durations("probe: {timeout: %s}", "probe.timeout"))
	checkLimits(t, durations("gate: {for: 1ns, timeout: %s}", "gate.timeout")[3:])
	checkLimits(t, []limitCase{
		{"gate: {for: 0s}", "gate.for: "}, {"gate: {for: 1ns}", ""}, {"gate: {for: -1s}", "gate.for: "}, {"gate: {timeout: 0s}", "gate.timeout: "},
		{"gate: {for: 59s, timeout: 1m}", ""}, {"gate: {for: 1m, timeout: 1m}", "gate.for: "}, {"gate: {for: 61s, timeout: 1m}", "gate.for: "},
		{"local: {hsts: -1ns, cert: c, key: k}", "local.hsts: "}, {"local: {hsts: 0s}", ""}, {"local: {hsts: 1ns}", "local.hsts: "}, {"local: {hsts: 1ns, cert: c, key: k}", ""},
		{"local: {hsts: 17520h, cert: c, key: k}", ""}, {"local: {hsts: 17520h0m0.000000001s, cert: c, key: k}", "local.hsts: "},
	})
}

func TestIngressLimits(t *testing.T) {
	for _, key := range []string{"requests", "uploads", "websockets", "perClient", "perConnection", "connections"} {
		checkLimits(t, between("local: {limits: {"+key+": %d}}", 1, 1_000_000, "local.limits."+key))
	}
}

func TestNameLimits(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	long := a(63) + "." + a(63) + "." + a(63) + "." // 192 bytes
	checkLimits(t, []limitCase{
		{"name: a", ""}, {"name: 1a", "name: "}, {"name: a1", ""}, {"name: a-", "name: "},
		{"name: " + a(57), ""}, {"name: " + a(58), "is longer than 57"}, {"name: " + a(63), "is longer than 57"}, {"name: " + a(64), "is not a DNS label"},
		{"kubernetes: {namespace: " + a(63) + "}", ""}, {"kubernetes: {namespace: " + a(64) + "}", "kubernetes.namespace: "},
		{"kubernetes: {hosts: [" + long + a(61) + "]}", ""}, {"kubernetes: {hosts: [" + long + a(62) + "]}", "kubernetes.hosts: "},
		{"kubernetes: {preview: " + long + a(61) + "}", ""}, {"kubernetes: {preview: " + long + a(62) + "}", "kubernetes.preview: "},
		{"local: {preview: " + long + a(61) + "}", ""}, {"local: {preview: " + long + a(62) + "}", "local.preview: "},
		{"kubernetes: {gateway: " + a(63) + "/b}", ""}, {"kubernetes: {gateway: " + a(64) + "/b}", "kubernetes.gateway: "},
		{"env: {PORT: a}", "PORT is reserved"}, {"env: {HOST: a}", "HOST is reserved"}, {"env: {DATA_DIR: a}", "DATA_DIR is reserved"}, {"env: {APP_: a}", "APP_ is reserved"},
		{"env: {PORTS: a, HOSTS: a, DATA_DIRS: a, APP: a}", ""},
		{"private: [/]", "covers every path"}, {"private: [/a]", ""}, {"private: [//]", "private: "},
	})
	var hosts []string
	for i := range MaxHosts + 1 {
		hosts = append(hosts, fmt.Sprintf("h%d.example", i))
	}
	checkLimits(t, []limitCase{
		{"kubernetes: {hosts: [" + strings.Join(hosts[:15], ", ") + "]}", ""}, {"kubernetes: {hosts: [" + strings.Join(hosts[:16], ", ") + "]}", ""},
		{"kubernetes: {hosts: [" + strings.Join(hosts, ", ") + "]}", "kubernetes.hosts: 17 "},
	})
}

func TestTrustedNetworkLimits(t *testing.T) {
	for _, key := range []string{"local", "kubernetes"} {
		checkLimits(t, []limitCase{
			{key + ": {trusted: [0.0.0.0/0]}", key + ".trusted: "}, {key + ": {trusted: [0.0.0.0/1]}", ""}, {key + ": {trusted: [192.0.2.1/32]}", ""}, {key + ": {trusted: [192.0.2.1/33]}", key + ".trusted: "},
			{key + ": {trusted: ['::/0']}", key + ".trusted: "}, {key + ": {trusted: ['::/1']}", ""},
			{key + ": {trusted: ['::ffff:0.0.0.0/96']}", key + ".trusted: "}, {key + ": {trusted: ['::ffff:0.0.0.0/97']}", ""},
			{key + ": {trusted: ['fe80::1']}", ""}, {key + ": {trusted: ['fe80::1%eth0']}", key + ".trusted: "},
		})
	}
}

// A limit may equal what is requested, in whatever unit each is written.
func TestResourceLimits(t *testing.T) {
	for unit, bytes := range map[string]int64{"": 1, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12, "Ki": 1 << 10, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40} {
		for difference, want := range map[int64]string{-1: "kubernetes.resources.memoryLimit: ", 0: "", 1: ""} {
			checkLimits(t, []limitCase{{fmt.Sprintf("kubernetes: {resources: {memory: '2%s', memoryLimit: '%d'}}", unit, 2*bytes+difference), want}})
		}
	}
	checkLimits(t, []limitCase{
		{"kubernetes: {resources: {cpu: 2, cpuLimit: 1999m}}", "kubernetes.resources.cpuLimit: "}, {"kubernetes: {resources: {cpu: 2, cpuLimit: 2000m}}", ""}, {"kubernetes: {resources: {cpu: 2, cpuLimit: 2001m}}", ""},
		{"kubernetes: {resources: {cpu: 0m}}", "kubernetes.resources.cpu: "}, {"kubernetes: {resources: {cpu: 1m}}", ""}, {"kubernetes: {resources: {cpu: 0.001}}", ""},
		{"kubernetes: {resources: {memory: '0'}}", "kubernetes.resources.memory: "}, {"kubernetes: {resources: {memory: '1'}}", ""},
		{"kubernetes: {resources: {memoryLimit: 0Mi}}", "kubernetes.resources.memoryLimit: "}, {"kubernetes: {resources: {cpuLimit: '0'}}", "kubernetes.resources.cpuLimit: "},
	})
}

func TestEntranceLimits(t *testing.T) {
	for port, ok := range map[string]bool{"0": false, "1": true, "65535": true, "65536": false, "": false} {
		want := ""
		if !ok {
			want = "kubernetes.entrances: "
		}
		checkLimits(t, []limitCase{{"kubernetes: {entrances: ['http://a.example:" + port + "']}", want}})
	}
}

func TestFileSizeLimit(t *testing.T) {
	for size, ok := range map[int]bool{1<<20 - 1: true, 1 << 20: true, 1<<20 + 1: false} {
		file := smallest + "#" + strings.Repeat("x", size-len(smallest)-1)
		if _, err := ParseReader(strings.NewReader(file)); (err == nil) != ok {
			t.Errorf("%d bytes: %v", len(file), err)
		}
	}
}
