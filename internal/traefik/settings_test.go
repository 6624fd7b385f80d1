package traefik

import (
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/semver"
	corev1 "k8s.io/api/core/v1"
)

func container(image string, args ...string) corev1.Container {
	return corev1.Container{Name: "proxy", Image: image, Args: args}
}

func env(c corev1.Container, pairs ...string) corev1.Container {
	for _, p := range pairs {
		name, value, _ := strings.Cut(p, "=")
		c.Env = append(c.Env, corev1.EnvVar{Name: name, Value: value})
	}
	return c
}

func TestSettingsOf(t *testing.T) {
	const usual = 2 * time.Second
	on, off := "--providers.kubernetesgateway", "--providers.kubernetesgateway=false"
	for name, tt := range map[string]struct {
		c    corev1.Container
		want Settings
	}{
		"nothing said": {container("traefik"), Settings{Throttle: usual}},
		"official": {container("docker.io/library/traefik:v3.6.12", "--providers.kubernetesGateway=true", "--providers.providersThrottleDuration=100ms", "--entryPoints.web.address=:8000"),
			Settings{"v3.6.12", true, false, 100 * time.Millisecond, 8000}},
		"chart": {container("rancher/mirrored-library-traefik:3.5.1", on, "--entryPoints.web.address=10.0.0.1:8000/tcp"),
			Settings{"v3.5.1", true, false, usual, 8000}},
		"K3s":                {container("rancher/mirrored-library-traefik:2.11.20", "--providers.kubernetescrd"), Settings{Version: "v2.11.20", Throttle: usual}},
		"switched off":       {container("traefik:latest", off), Settings{Throttle: usual}},
		"the last one wins":  {container("traefik", on, off), Settings{Throttle: usual}},
		"off, with parts":    {container("traefik", off, on+".nativelbbydefault"), Settings{Throttle: usual}},
		"no word for it":     {container("traefik", on+"=1"), Settings{Throttle: usual}},
		"part off":           {container("traefik", on, on+".nativelbbydefault=0"), Settings{Gateway: true, Throttle: usual}},
		"off by a number":    {container("traefik", on+"=0"), Settings{Throttle: usual}},
		"one dash":           {container("traefik", "-providers.kubernetesgateway"), Settings{Gateway: true, Throttle: usual}},
		"a value apart":      {container("traefik", "--providers.providersthrottleduration", "3s", on), Settings{Gateway: true, Throttle: 3 * time.Second}},
		"no value":           {container("traefik", "--providers.providersthrottleduration", on), Settings{Gateway: true, Throttle: usual}},
		"a part of it":       {container("traefik", on+".experimentalchannel=true"), Settings{Gateway: true, Throttle: usual}},
		"to Services":        {container("traefik", on+".nativeLBByDefault"), Settings{Gateway: true, NativeLB: true, Throttle: usual}},
		"seconds":            {container("traefik", "--providers.providersthrottleduration=10"), Settings{Throttle: 10 * time.Second}},
		"no throttle":        {container("traefik", "--providers.providersthrottleduration=0"), Settings{}},
		"no duration":        {container("traefik", "--providers.providersthrottleduration=soon"), Settings{Throttle: usual}},
		"no port":            {container("traefik", "--entrypoints.web.address=:http"), Settings{Throttle: usual}},
		"only a digest":      {container("registry:5000/traefik@sha256:0123", on), Settings{Gateway: true, Throttle: usual}},
		"a tag and a digest": {container("registry:5000/traefik:v3.4@sha256:0123"), Settings{Version: "v3.4", Throttle: usual}},
		"only a major":       {container("traefik:v3", on), Settings{Gateway: true, Throttle: usual}},
		"only a registry":    {container("registry:5000/traefik"), Settings{Throttle: usual}},
		"by command": {corev1.Container{Image: "traefik", Command: []string{"traefik", on}, Args: []string{"--entrypoints.web.address=:80"}},
			Settings{Gateway: true, Throttle: usual, WebPort: 80}},
		"by name":        {corev1.Container{Name: "traefik", Image: "mirror/edge:3.6.1", Args: []string{on}}, Settings{Version: "v3.6.1", Gateway: true, Throttle: usual}},
		"another's args": {container("busybox", on), Settings{Throttle: usual}},
		"by environment": {env(container("traefik:v3.4"), "TRAEFIK_PROVIDERS_KUBERNETESGATEWAY=true", "TRAEFIK_PROVIDERS_KUBERNETESGATEWAY_NATIVELBBYDEFAULT=true",
			"TRAEFIK_PROVIDERS_PROVIDERSTHROTTLEDURATION=5", "TRAEFIK_ENTRYPOINTS_WEB_ADDRESS=:8080", "HOME=/"), Settings{"v3.4", true, true, 5 * time.Second, 8080}},
		"options instead of the environment": {env(container("traefik", "--ping"), "TRAEFIK_PROVIDERS_KUBERNETESGATEWAY=true"), Settings{Throttle: usual}},
	} {
		pod := corev1.PodSpec{Containers: []corev1.Container{container("helper:v9", off, "--entrypoints.web.address=:9"), tt.c, container("traefik-helper:v9")}}
		if name == "another's args" {
			pod.Containers = pod.Containers[:2]
		}
		if got := SettingsOf(pod); got != tt.want {
			t.Errorf("%s: %+v, want %+v", name, got, tt.want)
		}
	}
}

// FuzzSettingsOf: whatever a pod was told, others can work with what is read.
func FuzzSettingsOf(f *testing.F) {
	f.Add("docker.io/library/traefik:v3.6.12", "--providers.kubernetesGateway=true\n--entryPoints.web.address=:8000/tcp", "PROVIDERS_PROVIDERSTHROTTLEDURATION", "5")
	f.Add("registry:5000/traefik@sha256:0123", "--providers.providersthrottleduration\n-5s", "", "")
	f.Add("traefik:3", "", "ENTRYPOINTS_WEB_ADDRESS", ":99999")
	f.Add("traefik", "", "PROVIDERS_PROVIDERSTHROTTLEDURATION", "9223372036854775807")
	f.Fuzz(func(t *testing.T, image, args, name, value string) {
		c := env(corev1.Container{Name: "traefik", Image: image, Args: slices.Collect(strings.SplitSeq(args, "\n"))}, "TRAEFIK_"+name+"="+value)
		s := SettingsOf(corev1.PodSpec{Containers: []corev1.Container{c}})
		if s.Version != "" && !semver.IsValid(s.Version) {
			t.Errorf("version %q", s.Version)
		}
		if s.Throttle < 0 || s.WebPort < 0 || s.WebPort > 65535 {
			t.Errorf("%+v", s)
		}
		if s.NativeLB && !strings.Contains(strings.ToLower(args+strings.ReplaceAll(name, "_", ".")), "nativelbbydefault") {
			t.Errorf("nobody spoke of it: %+v", s)
		}
	})
}
