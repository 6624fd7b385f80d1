package deploy

import (
	"context"
	"net"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/probe"
	"version-manager/internal/release"
)

// This file lists what some targets can do and others cannot. Callers find a
// capability by a type assertion:
//
//	if r, ok := t.(deploy.ManifestRenderer); ok {
//
// Each implementation guards against a changed signature, which would silently
// take the capability away, by a line such as
//
//	var _ deploy.ManifestRenderer = (*Target)(nil)

// Dialer is a target that connects to its own entrances, because only it can
// resolve their host names.
type Dialer interface {
	// Dial connects to an address of an entrance, like [net.Dialer.DialContext].
	Dial(ctx context.Context, network, address string) (net.Conn, error)
}

// ListenerChecker is a target that knows before a deploy where it will listen.
type ListenerChecker interface {
	// CheckListeners returns the addresses at which the app will be reached. It
	// fails if one of them cannot be opened.
	CheckListeners(ctx context.Context) ([]Listener, error)
}

// ClusterLocator is a target that is a cluster, and may be far away.
type ClusterLocator interface {
	// LocateCluster returns context, server and namespace without contacting the
	// cluster. The other fields are empty.
	LocateCluster() clusterstatus.Cluster
}

// ClusterDescriber is a target that can describe the cluster around the app.
type ClusterDescriber interface {
	// DescribeCluster reads nodes, services, autoscaling, and events. What the
	// user may not read is left out.
	DescribeCluster(ctx context.Context) (*clusterstatus.Cluster, error)
}

// DeliveryChecker is a target to which images have to be delivered.
type DeliveryChecker interface {
	// CheckDelivery returns why the image of a release could not be delivered,
	// nil if it could.
	CheckDelivery(ctx context.Context, r release.Release) error
}

// DriftFinder is a target that can compare what runs with what was requested.
type DriftFinder interface {
	// FindDrift returns the differences from spec, one per line, and changes
	// nothing.
	FindDrift(ctx context.Context, spec Spec) ([]string, error)
}

// ManifestRenderer is a target whose colors are Kubernetes objects.
type ManifestRenderer interface {
	// RenderManifests returns the YAML documents of color c and contacts no
	// cluster.
	RenderManifests(spec Spec, c color.Color) ([]byte, error)
}

// RequestHinter is a target at which an address alone does not reach the app.
type RequestHinter interface {
	// PublicHint returns a command that sends a request to the app; empty if the
	// public address is enough.
	PublicHint(ctx context.Context) string
	// PreviewHint returns a command that sends a request to the standby color;
	// empty if the preview address is enough.
	PreviewHint(ctx context.Context) string
}

// ProbeSecretKeeper is a session of a target whose ingress knows the requests
// of the control plane by a secret.
type ProbeSecretKeeper interface {
	// ProbeSecret returns the secret, and makes it if none exists.
	ProbeSecret(ctx context.Context) (string, error)
}

// SecretKeeper is a session of a target that stores the secrets of a color
// apart from its instances, so that they can outlive them.
type SecretKeeper interface {
	// KeptSecrets returns which of the named secrets are stored for a color; nil
	// if none is and the color starts with the Spare ones.
	KeptSecrets(ctx context.Context, c color.Color, names []string) ([]string, error)
}

// probeSecretOf returns the secret by which the ingress of a session's target
// knows our requests. Without it requests are made as by anybody, and what that
// prevents says why.
func probeSecretOf(ctx context.Context, s Session) string {
	k, ok := s.(ProbeSecretKeeper)
	if !ok {
		return probe.Anonymous
	}
	secret, err := k.ProbeSecret(ctx)
	if err != nil || secret == "" {
		return probe.Anonymous
	}
	return secret
}

// dialOf returns how the entrances of a target are connected to; nil: as the
// system does.
func dialOf(t Target) probe.Dial {
	if d, ok := t.(Dialer); ok {
		return d.Dial
	}
	return nil
}
