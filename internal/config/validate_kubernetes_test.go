package config

import (
	"strings"
	"testing"
)

func TestValidateKubernetes(t *testing.T) {
	for _, tt := range []struct{ yaml, want string }{
		{"namespace: Team", `kubernetes.namespace: "Team" is not a DNS label`},
		{"hosts: [https://a.example]", `kubernetes.hosts: "https://a.example" is not a host name`},
		{"hosts: [192.0.2.1]", `kubernetes.hosts: "192.0.2.1" is not a host name`},
		{"hosts: [a.*.example]", "is not a host name"},
		{"hosts: [" + strings.Join(strings.Split("abcdefghijklmnopq", ""), ".example, ") + ".example]", "kubernetes.hosts: 17 names, more than the 16 that a route can have"},
		{"hosts: [a.example, a.example]", `kubernetes.hosts: "a.example" is listed twice`},
		{"preview: '*.example'", `kubernetes.preview: "*.example" is not a host name`},
		{"{hosts: [a.example], preview: a.example}", `kubernetes.preview: "a.example" is also in kubernetes.hosts`},
		{"trusted: [gateway]", `kubernetes.trusted: "gateway" is neither an address nor a network`},
		{"trusted: [0.0.0.0/0]", "kubernetes.trusted: 0.0.0.0/0 contains every address"},
		{"previewSecret: a-b", `kubernetes.previewSecret: "a-b" is not the name of a variable`},
		{"gateway: main", `kubernetes.gateway: "main" is not of the form namespace/name`},
		{"gateway: a/b/c", "is not of the form namespace/name"},
		{"entrances: [a.example]", `kubernetes.entrances: "a.example" is not a URL`},
		{"entrances: [ftp://a.example]", "is not a URL"},
		{"entrances: [http://user@a.example]", "is not a URL"},
		{"entrances: [http://a.example/shop]", "is not a URL"},
		{`entrances: ['http://"0']`, "is not a URL"},
		{"entrances: ['http://a,b']", "is not a URL"},
		{"entrances: ['http://a.example:']", "is not a URL"},
		{"entrances: ['http://a.example:0']", "is not a URL"},
		{"entrances: ['http://a.example:65536']", "is not a URL"},
		{"registry: https://a.example/team", `kubernetes.registry: "https://a.example/team": leave out the scheme`},
		{"registry: a.example/Team", "is not of the form registry.example.org/team"},
		{"registry: a.example/team:v1", "is not of the form registry.example.org/team"},
		{"pullSecret: mine", "kubernetes.pullSecret: requires kubernetes.registry"},
		{"{registry: a.example, pullSecret: a_b}", `kubernetes.pullSecret: "a_b" is not the name of a Secret`},
		{"{registry: a.example, load: [ssh, '{node}']}", "kubernetes.load: nodes pull from kubernetes.registry themselves"},
		{"load: [ctr, import, '-']", `kubernetes.load: ["ctr" "import" "-"] does not name the node`},
		{"resources: {cpu: 1 core}", `kubernetes.resources.cpu: "1 core" is not a quantity such as 250m or 2`},
		{"resources: {cpu: '0'}", "kubernetes.resources.cpu: 0 is not more than 0"},
		{"resources: {memory: 128m}", `kubernetes.resources.memory: "128m" is not a quantity such as 128Mi or 1Gi`},
		{"resources: {memory: 128MB}", "is not a quantity"},
		{"resources: {memory: 128K}", "is not a quantity"},
		{"resources: {cpu: '1.5', cpuLimit: 1400m}", "kubernetes.resources.cpuLimit: 1400m is less than cpu, 1.5"},
		{"resources: {memory: 1Gi, memoryLimit: 1000M}", "kubernetes.resources.memoryLimit: 1000M is less than memory, 1Gi"},
		{"resources: {memory: 2M, memoryLimit: 1999k}", "is less than memory, 2M"},
	} {
		_, err := ParseYAML([]byte(withBase("kubernetes: " + inBraces(tt.yaml))))
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.yaml, err, tt.want)
		}
	}
}

func TestValidateForClusters(t *testing.T) {
	for yaml, want := range map[string]string{
		"port: 15081":                      "port: 15081 is used by the sidecar in every pod of a cluster",
		"name: " + strings.Repeat("a", 58): "is longer than 57",
	} {
		if _, err := ParseYAML([]byte(withBase(yaml))); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: error %v, want %q", yaml, err, want)
		}
	}
}

func TestKubernetesIsTaken(t *testing.T) {
	for _, yaml := range []string{
		"{namespace: 1team, hosts: [shop.example.com, '*.shop.example.com'], preview: next.example.com, gateway: kube-system/main}",
		"{entrances: ['http://192.0.2.1:30001', 'https://shop.example.com/', 'http://[2001:db8::1]:80', 'http://Shop_1.example.:65535', 'http://a:1']}",
		"{registry: 'localhost:5000/team/sub_1', pullSecret: registry.example}",
		"{load: [ssh, '{address}', sudo, k3s, ctr, images, import, '-']}",
		"{resources: {cpu: '0.5', memory: 64Mi, cpuLimit: '2', memoryLimit: 1G}}",
		"{resources: {memory: 1Gi}}",
		"{resources: {memoryLimit: 32Mi, cpuLimit: 50m}}",
	} {
		if _, err := ParseYAML([]byte(withBase("kubernetes: " + yaml))); err != nil {
			t.Errorf("%s: %v", yaml, err)
		}
	}
}

func inBraces(yaml string) string {
	if strings.HasPrefix(yaml, "{") {
		return yaml
	}
	return "{" + yaml + "}"
}
