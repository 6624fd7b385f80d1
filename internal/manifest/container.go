package manifest

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// sidecarContainer sets what varies about the container that counts requests.
func (a App) sidecarContainer(c *corev1.Container) {
	c.Image, c.ImagePullPolicy = a.Sidecar, a.pullPolicy()
	a.fillEnvironment(c.Env)
	for _, v := range c.Env {
		if v.ValueFrom != nil && v.ValueFrom.SecretKeyRef != nil {
			v.ValueFrom.SecretKeyRef.Name = IngressSecretName(a.appName())
		}
	}
	c.Args = slices.DeleteFunc(c.Args, func(arg string) bool { return strings.HasPrefix(arg, "--private=") })
	for _, p := range a.appConfig().PrivatePaths() {
		c.Args = append(c.Args, "--private="+literalValue(p))
	}
	for _, p := range a.appConfig().Kubernetes.Trusted {
		c.Args = append(c.Args, "--trusted="+p)
	}
	for i, arg := range c.Args {
		switch name, _, _ := strings.Cut(arg, "="); name {
		case "--app":
			c.Args[i] = fmt.Sprintf("--app=127.0.0.1:%d", a.appConfig().Port)
		case "--health":
			c.Args[i] = "--health=" + literalValue(a.appConfig().Health)
		}
	}
}

// appContainer sets what varies about the app's own container.
func (a App) appContainer(c *corev1.Container) error {
	c.Image, c.ImagePullPolicy = a.Image, a.pullPolicy()
	a.fillEnvironment(c.Env)
	c.Env = append(c.Env, ownVariables(a.appConfig().Env, c.Env)...)
	if len(a.appConfig().Secrets) == 0 {
		c.EnvFrom = nil
	} else {
		c.EnvFrom[0].SecretRef.Name = SecretName(a.appName(), a.Color)
	}
	c.Ports[0].ContainerPort = int32(a.appConfig().Port)
	c.StartupProbe.FailureThreshold = max(c.StartupProbe.FailureThreshold, toSeconds(a.appConfig().Gate.Timeout.Duration))
	c.ReadinessProbe.HTTPGet.Path = a.appConfig().Health
	c.Lifecycle.PreStop.HTTPGet.Path = fmt.Sprintf("/drained?sleep=%s&limit=%s", a.sleepTime(), a.appConfig().Drain)
	return a.resourceRequirements(c.Resources)
}

// fillEnvironment sets the variables that say who and where an instance is.
func (a App) fillEnvironment(env []corev1.EnvVar) {
	for i := range env {
		switch v := &env[i]; v.Name {
		case "PORT":
			v.Value = strconv.Itoa(a.appConfig().Port)
		case "APP_VERSION":
			v.Value = string(a.Release.Version)
		case "APP_COLOR":
			v.Value = string(a.Color)
		}
	}
}

// ownVariables is the configuration's environment without the variables that we
// set ourselves.
func ownVariables(env map[string]string, ours []corev1.EnvVar) (list []corev1.EnvVar) {
	for _, name := range slices.Sorted(maps.Keys(env)) {
		if !slices.ContainsFunc(ours, func(v corev1.EnvVar) bool { return v.Name == name }) {
			list = append(list, corev1.EnvVar{Name: name, Value: literalValue(env[name])})
		}
	}
	return list
}

// literalValue keeps Kubernetes from replacing $(NAME) in a value: a value in
// version-manager.yaml means the same on every target.
func literalValue(s string) string { return strings.ReplaceAll(s, "$", "$$") }

// resourceRequirements sets what the configuration says over what the YAML says.
func (a App) resourceRequirements(r corev1.ResourceRequirements) error {
	given := a.appConfig().Kubernetes.Resources
	for _, v := range []struct {
		key, value string
		list       corev1.ResourceList
		name       corev1.ResourceName
	}{
		{"cpu", given.CPU, r.Requests, corev1.ResourceCPU},
		{"memory", given.Memory, r.Requests, corev1.ResourceMemory},
		{"cpuLimit", given.CPULimit, r.Limits, corev1.ResourceCPU},
		{"memoryLimit", given.MemoryLimit, r.Limits, corev1.ResourceMemory},
	} {
		if v.value == "" {
			continue
		}
		q, err := resource.ParseQuantity(v.value)
		if err != nil {
			return fmt.Errorf("read kubernetes.resources.%s, %q: %w", v.key, v.value, err)
		}
		v.list[v.name] = q
	}
	checkAgreement(r, corev1.ResourceCPU, given.CPULimit != "")
	checkAgreement(r, corev1.ResourceMemory, given.MemoryLimit != "")
	return nil
}

// checkAgreement keeps the request at or below the limit if only one of the two
// was given: the other one, a default, follows.
func checkAgreement(r corev1.ResourceRequirements, name corev1.ResourceName, limited bool) {
	limit, found := r.Limits[name]
	if asked := r.Requests[name]; !found || asked.Cmp(limit) <= 0 {
		return
	}
	if limited {
		r.Requests[name] = limit
	} else {
		r.Limits[name] = r.Requests[name]
	}
}
