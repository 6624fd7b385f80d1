package config

import (
	"strings"
	"testing"
)

func TestValidate(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"name: Hello", `name: "Hello" is not a DNS label`},
		{"name: -a", `is not a DNS label`},
		{"name: " + strings.Repeat("a", 64), `is not a DNS label`},
		{"build: {}", "build: set exactly one of package and image"},
		{"build: {package: ., image: x.tar}", "build: set exactly one of package and image"},
		{"build: {package: cmd/app}", "write it as ./cmd/app"},
		{"build: {package: -toolexec=evil}", "is not a package of the repository"},
		{"build: {package: ./../x}", "is not a package of the repository"},
		{"build: {package: ., platform: arm64}", "build.platform: \"arm64\" is not a platform such as linux/amd64"},
		{"build: {package: ., platform: linux/}", "is not a platform"},
		{"build: {image: x.tar, platform: linux/amd64}", "build.platform: not allowed with build.image, which has its own platform"},
		{"build: {image: ../x.tar}", "build.image: \"../x.tar\" is outside"},
		{"port: 0", "port: 0 is not between"},
		{"port: 65536", "port: 65536 is not between"},
		{"health: healthz", `health: "healthz" is not a path`},
		{"health: //evil.example/x", "is not a path"},
		{"smoke: [{path: a b}]", `smoke[0].path: "a b" is not a path`},
		{"smoke: [{path: /, method: get}]", "smoke[0].method"},
		{"smoke: [{path: /, status: 99}]", "smoke[0].status: 99"},
		{"replicas: 0", "replicas: 0 is not between 1 and 1000"},
		{"autoscale: {cpu: 60}", "autoscale: max is required"},
		{"autoscale: {min: 2}", "autoscale: max is required"},
		{"replicas: 1\nautoscale: {min: 2, max: 3}", "replicas: 1 is not between autoscale.min, 2, and autoscale.max, 3"},
		{"autoscale: {min: 3, max: 2}", "autoscale.max: 2 is less than autoscale.min, 3"},
		{"autoscale: {max: 3, cpu: -1}", "autoscale.cpu: -1 is negative"},
		{"env: {a-b: x}", `env: "a-b" is not a name`},
		{"env: {PORT: 1}", "env: PORT is reserved"},
		{"env: {HOST: 0.0.0.0}", "env: HOST is reserved"},
		{"replicas: 1000000", "replicas: 1000000 is not between 1 and 1000"},
		{"drain: 100000h", "drain: 100000h is out of range: want more than 0 and at most 24h"},
		{"env: {DATA_DIR: /}", "env: DATA_DIR is reserved"},
		{"secrets: [APP_KEY]", "secrets: APP_KEY is reserved"},
		{"env: {KEY: x}\nsecrets: [KEY]", "secrets: KEY is already in env"},
		{"secrets: [KEY, KEY]", "secrets: KEY is already in secrets"},
		{"bake: 0s", "bake: 0s is out of range: want more than 0 and at most 24h"},
		{"drain: -1s", "drain: -1s is out of range: want more than 0 and at most 24h"},
		{"gate: {healthy: 0}", "gate.healthy: 0 is not between 1 and 1000"},
		{"gate: {for: 1m}", "gate.for: 1m is not shorter than gate.timeout, 1m"},
		{"probe: {rate: 0}", "probe.rate: 0 is not between"},
		{"probe: {slow: x}", `probe.slow: "x" is not a path`},
		{"probe: {maxFailed: -1}", "probe.maxFailed: -1 is negative"},
		{"local: {address: example.org}", "local.address"},
		{"local: {app: 80, ingress: [80]}", "local: port 80 is listed twice"},
		{"local: {ingress: [0]}", "local: port 0 is not between"},
		{"local: {ingress: []}", "local.ingress: set at least one port"},
		{"local: {preview: a_b}", `local.preview: "a_b" is not a host name`},
		{"private: [metrics]", `private: "metrics" is not a path`},
		{"private: [/]", "private: / covers every path"},
		{"local: {previewSecret: a-b}", `local.previewSecret: "a-b" is not the name of a variable`},
		{"local: {hsts: 1h}", "local.hsts: requires local.cert"},
		{"local: {hsts: 17521h, cert: c, key: k}", "local.hsts: 17521h is not between 0 and 17520h"},
		{"local: {hsts: -1s, cert: c, key: k}", "local.hsts: -1s is not between"},
		{"local: {trusted: [proxy.example]}", `local.trusted: "proxy.example" is neither an address nor a network`},
		{"local: {trusted: [10.0.0.0/33]}", "is neither an address nor a network"},
		{"local: {trusted: ['fe80::1%eth0']}", "is neither an address nor a network"},
		{"local: {trusted: [0.0.0.0/0]}", "local.trusted: 0.0.0.0/0 contains every address"},
		{"local: {trusted: ['::/0']}", "local.trusted: ::/0 contains every address"},
		{"local: {trusted: ['::ffff:0.0.0.0/96']}", "contains every address"},
		{"local: {limits: {requests: 0}}", "local.limits.requests: 0 is not between 1 and 1000000"},
		{"local: {limits: {perClient: 1000001}}", "local.limits.perClient: 1000001 is not between"},
		{"local: {limits: {uploads: -1}}", "local.limits.uploads: -1 is not between"},
		{"local: {cert: c.pem}", "local: set both cert and key, or neither"},
		{"infrastructure: [/etc]", `infrastructure: "/etc" is outside`},
		{"infrastructure: [../x]", `infrastructure: "../x" is outside`},
	} {
		_, err := ParseYAML([]byte(withBase(tt.yaml)))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.yaml, err, tt.want)
		}
	}
}

// withBase adds the two keys that every file needs, unless y has them.
func withBase(y string) string {
	for _, base := range []string{"name: hello", "build: {package: .}"} {
		key, _, _ := strings.Cut(base, ":")
		if !strings.HasPrefix(y, key+":") {
			y += "\n" + base
		}
	}
	return y + "\n"
}

func TestValidateListsEverything(t *testing.T) {
	_, err := ParseYAML([]byte("name: X\nport: 0\nbake: 0s\n"))
	if got := problemLines(t, err); len(got) != 4 || err.Error() != File+" has 4 mistakes" {
		t.Errorf("%v: %q, want four lines", err, got)
	}
}
