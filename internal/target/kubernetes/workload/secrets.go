package workload

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
	"version-manager/internal/release/ociimage"
)

// checkSecrets refuses values that a container cannot get: a kubelet passes
// variables on as text, and would change what is not text.
func checkSecrets(secrets deploy.Secrets) error {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		err := ociimage.CheckVariable(name, secrets[name])
		if err == nil && !utf8.ValidString(secrets[name]) {
			err = fmt.Errorf("variable %s cannot be passed on: its value is not UTF-8, and Kubernetes would change it", name)
		}
		if err != nil {
			return problem.Wrap(fmt.Errorf("%w; use another value, for example encoded as base64", err), problem.Failed, "", "secrets")
		}
	}
	return nil
}

// readSecret reads the Secret of a color; nil if it has none.
func (d *Deployer) readSecret(ctx context.Context, c color.Color) (*corev1.Secret, error) {
	o, err := d.app.Kube.GetObject(ctx, d.app.ObjectRef("Secret", manifest.SecretName(d.app.Name, c)))
	if kube.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return kube.ConvertObject[corev1.Secret](o)
}

// hasSecrets reports whether a color runs with the given secrets. Nil means
// those that it runs with, whatever they are.
func (d *Deployer) hasSecrets(ctx context.Context, c color.Color, want map[string]string) (bool, error) {
	if want == nil {
		return true, nil
	}
	have, err := d.readSecret(ctx, c)
	if err != nil {
		return false, err
	}
	if have == nil {
		return len(want) == 0, nil
	}
	if len(have.Data) != len(want) {
		return false, nil
	}
	for name, value := range want {
		if data, ok := have.Data[name]; !ok || string(data) != value {
			return false, nil
		}
	}
	return true, nil
}

// SecretNames returns which of the named secrets a color has. A Secret
// outlives a Deployment that somebody deleted.
func (d *Deployer) SecretNames(ctx context.Context, c color.Color, names []string) ([]string, error) {
	values, err := d.secretValues(ctx, c, names)
	if values == nil {
		return nil, err
	}
	return slices.AppendSeq(make([]string, 0, len(values)), maps.Keys(values)), nil
}

// secretValues returns the values that a color has of the named secrets; nil
// if it has no Secret.
func (d *Deployer) secretValues(ctx context.Context, c color.Color, names []string) (map[string]string, error) {
	have, err := d.readSecret(ctx, c)
	if have == nil || err != nil {
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

// chooseSecrets returns the secrets with which a color is started: those of
// the spec, or else those that it has, even if somebody deleted its
// Deployment, or else the spare ones.
func (d *Deployer) chooseSecrets(ctx context.Context, c color.Color, spec deploy.Spec) (map[string]string, error) {
	if spec.Secrets != nil {
		return spec.Secrets, nil
	}
	values, err := d.secretValues(ctx, c, spec.Release.Config.Secrets)
	if values == nil && err == nil {
		values = spec.Spare
	}
	return values, err
}
