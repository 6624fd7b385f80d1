package sidecars

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/wire"
)

// ProbeSecret is the secret by which sidecars recognize the requests of the
// control plane, and the one that opens the preview for people. Both live in
// one Secret.
//
// That Secret has a copy, because running pods do not read it again: with
// another value they would not recognize us anymore, and no color that was
// started before could take the traffic back.
type ProbeSecret struct {
	app     *objects.App
	preview string                 // value that opens the preview, as far as the caller knows it
	known   atomic.Pointer[string] // nil: not read yet
}

// NewProbeSecret returns the secret of an app. preview is the value that opens
// the preview; "" if the caller does not know it.
func NewProbeSecret(app *objects.App, preview string) *ProbeSecret {
	return &ProbeSecret{app: app, preview: preview}
}

// Applier makes an object as given.
type Applier interface {
	ApplyObject(ctx context.Context, o *kube.Object) (*kube.Object, error)
}

// EnsureSecrets creates the Secret and its copy where they are missing, brings
// the value that opens the preview up to date, and returns the probe's secret.
// It must run before pods start, which read the Secret only then.
func (p *ProbeSecret) EnsureSecrets(ctx context.Context, w Applier) (string, error) {
	have, err := p.readValues(ctx, manifest.IngressSecretName(p.app.Name))
	if err != nil {
		return "", err
	}
	kept, err := p.readValues(ctx, manifest.IngressCopyName(p.app.Name))
	if err != nil {
		return "", err
	}
	want := secretValues{cmp.Or(kept.probe, have.probe, p.knownSecret(), rand.Text()), cmp.Or(have.preview, kept.preview)}
	if p.preview != "" || p.app.Config.PreviewSecret == "" {
		want.preview = p.preview // else the caller does not know the value
	}
	for name, is := range map[string]secretValues{manifest.IngressSecretName(p.app.Name): have, manifest.IngressCopyName(p.app.Name): kept} {
		if want == is {
			continue
		}
		if _, err := w.ApplyObject(ctx, manifest.NewIngressSecret(p.app.RouteApp(), name, want.probe, want.preview)); err != nil {
			return "", fmt.Errorf("write the secret of the ingress: %w", err)
		}
	}
	p.known.Store(&want.probe)
	return want.probe, nil
}

// RecreateMissing creates the Secret and its copy again if one is missing, and
// returns the names of those that were.
func (p *ProbeSecret) RecreateMissing(ctx context.Context, w Applier) (created []string, err error) {
	for _, name := range []string{manifest.IngressSecretName(p.app.Name), manifest.IngressCopyName(p.app.Name)} {
		have, err := p.readValues(ctx, name)
		if err != nil {
			return nil, err
		}
		if have.probe == "" {
			created = append(created, "Secret/"+name)
		}
	}
	if len(created) == 0 {
		return nil, nil
	}
	if _, err := p.EnsureSecrets(ctx, w); err != nil {
		return nil, err
	}
	return created, nil
}

// HeaderValue is the value of the probe header that sidecars recognize, as far
// as it can be read.
func (p *ProbeSecret) HeaderValue(ctx context.Context) string {
	if known := p.knownSecret(); known != "" {
		return known
	}
	secret, err := p.readValues(ctx, manifest.IngressSecretName(p.app.Name))
	if err != nil || secret.probe == "" {
		return wire.ProbeAccepted
	}
	p.known.Store(&secret.probe)
	return secret.probe
}

// knownSecret is what running pods know, if this process has seen it: a Secret
// that somebody deletes during a deploy is created again with the same value.
func (p *ProbeSecret) knownSecret() string {
	if known := p.known.Load(); known != nil {
		return *known
	}
	return ""
}

type secretValues struct{ probe, preview string }

// readValues reads one of the two Secrets; empty if it does not exist.
func (p *ProbeSecret) readValues(ctx context.Context, name string) (secretValues, error) {
	o, err := p.app.Kube.GetObject(ctx, p.app.ObjectRef("Secret", name))
	if kube.IsNotFound(err) {
		return secretValues{}, nil
	}
	if err != nil {
		return secretValues{}, err
	}
	secret, err := kube.ConvertObject[corev1.Secret](o)
	if err != nil {
		return secretValues{}, err
	}
	return secretValues{string(secret.Data[manifest.ProbeKey]), string(secret.Data[manifest.PreviewKey])}, nil
}
