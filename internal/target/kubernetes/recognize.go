package kubernetes

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/probe"
)

var _ deploy.ProbeSecretKeeper = (*session)(nil)

// ProbeSecret implements [deploy.ProbeSecretKeeper]. Pods that run already and were
// made without the secret answer whoever asks.
func (s *session) ProbeSecret(ctx context.Context) (string, error) {
	return s.ensureIngressSecret(ctx)
}

// ensureIngressSecret makes the Secret that sidecars know the probe by, where it
// is missing, and brings what opens the preview for people up to what is known
// here. It has to be there before the pods, which read it when they start.
//
// There is a copy of it, because pods that run do not read it again: with another
// value they would not be recognized any more, and no color that was started
// before could take the traffic back.
func (s *session) ensureIngressSecret(ctx context.Context) (string, error) {
	have, err := s.ingressSecret(ctx)
	if err != nil {
		return "", err
	}
	kept, err := s.readIngressSecret(ctx, manifest.IngressCopyName(s.app.Name))
	if err != nil {
		return "", err
	}
	want := ingressSecret{cmp.Or(kept.probe, have.probe, s.remembered(), rand.Text()), cmp.Or(have.preview, kept.preview)}
	if s.options.Preview != "" || s.app.Config.PreviewSecret == "" {
		want.preview = s.options.Preview // else whoever deploys now does not know the value
	}
	for name, is := range map[string]ingressSecret{manifest.IngressSecretName(s.app.Name): have, manifest.IngressCopyName(s.app.Name): kept} {
		if want == is {
			continue
		}
		if _, err := s.apply(ctx, manifest.IngressSecret(s.app.RouteApp(), name, want.probe, want.preview)); err != nil {
			return "", fmt.Errorf("make the secret of the ingress: %w", err)
		}
	}
	s.known.Store(&want.probe)
	return want.probe, nil
}

// remembered is what pods that run already know, if this process has seen it: a
// Secret that somebody deleted during a deploy is made again as it was.
func (t *Target) remembered() string {
	if known := t.known.Load(); known != nil {
		return *known
	}
	return ""
}

// mendIngressSecret makes the Secret and its copy again where they are missing.
func (s *session) mendIngressSecret(ctx context.Context) (made []string, err error) {
	for _, name := range []string{manifest.IngressSecretName(s.app.Name), manifest.IngressCopyName(s.app.Name)} {
		have, err := s.readIngressSecret(ctx, name)
		if err != nil {
			return nil, err
		}
		if have.probe == "" {
			made = append(made, "Secret/"+name)
		}
	}
	if len(made) == 0 {
		return nil, nil
	}
	if _, err := s.ensureIngressSecret(ctx); err != nil {
		return nil, err
	}
	return made, nil
}

// ingressSecret is the content of the Secret of the sidecars.
type ingressSecret struct{ probe, preview string }

// ingressSecret reads it; empty where there is none.
func (t *Target) ingressSecret(ctx context.Context) (ingressSecret, error) {
	return t.readIngressSecret(ctx, manifest.IngressSecretName(t.app.Name))
}

func (t *Target) readIngressSecret(ctx context.Context, name string) (ingressSecret, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("Secret", name))
	if kube.IsNotFound(err) {
		return ingressSecret{}, nil
	}
	if err != nil {
		return ingressSecret{}, err
	}
	secret, err := kube.As[corev1.Secret](o)
	if err != nil {
		return ingressSecret{}, err
	}
	return ingressSecret{string(secret.Data[manifest.ProbeKey]), string(secret.Data[manifest.PreviewKey])}, nil
}

// shown is what a question shows to the sidecars.
func (t *Target) shown(ctx context.Context) string {
	if known := t.remembered(); known != "" {
		return known
	}
	secret, err := t.ingressSecret(ctx)
	if err != nil || secret.probe == "" {
		return probe.Anonymous
	}
	t.known.Store(&secret.probe)
	return secret.probe
}
