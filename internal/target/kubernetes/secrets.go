package kubernetes

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"unicode/utf8"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
)

// checkSecrets refuses by name what a container cannot be given: a kubelet
// hands variables on as text, and what is none arrives changed.
func checkSecrets(secrets deploy.Secrets) error {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		err := release.CheckVariable(name, secrets[name])
		if err == nil && !utf8.ValidString(secrets[name]) {
			err = fmt.Errorf("variable %s cannot be passed on: its value is no UTF-8, and Kubernetes would change it", name)
		}
		if err != nil {
			return problem.Wrap(err, problem.Failed, "set it to something else, for example encoded as base64", "secrets")
		}
	}
	return nil
}

// sameSecrets reports whether a color runs with the given secrets. Nil means
// those that it runs with, whatever they are.
func (t *Target) sameSecrets(ctx context.Context, c color.Color, want map[string]string) (bool, error) {
	if want == nil {
		return true, nil
	}
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("Secret", manifest.SecretName(t.app.Name, c)))
	if kube.IsNotFound(err) {
		return len(want) == 0, nil
	}
	if err != nil {
		return false, err
	}
	have, err := kube.As[corev1.Secret](o)
	if err != nil || len(have.Data) != len(want) {
		return false, err
	}
	for name, value := range want {
		if data, ok := have.Data[name]; !ok || string(data) != value {
			return false, nil
		}
	}
	return true, nil
}

var _ deploy.SecretKeeper = (*session)(nil)

// KeptSecrets implements [deploy.SecretKeeper]: a Secret outlives a Deployment
// that somebody deleted.
func (s *session) KeptSecrets(ctx context.Context, c color.Color, names []string) ([]string, error) {
	values, err := s.secretsOf(ctx, c, names)
	if values == nil {
		return nil, err
	}
	return slices.AppendSeq(make([]string, 0, len(values)), maps.Keys(values)), nil
}

// secretsOf are the values that a color has of the named secrets; nil if it
// has none.
func (t *Target) secretsOf(ctx context.Context, c color.Color, names []string) (map[string]string, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("Secret", manifest.SecretName(t.app.Name, c)))
	if kube.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	have, err := kube.As[corev1.Secret](o)
	if err != nil {
		return nil, err
	}
	values := map[string]string{}
	for _, name := range names {
		if data, ok := have.Data[name]; ok {
			values[name] = string(data)
		}
	}
	return values, nil
}
