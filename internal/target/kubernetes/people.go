package kubernetes

import (
	"bytes"
	"context"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/drift"
	"version-manager/internal/target/kubernetes/workload"
)

// LocateCluster names the cluster and the namespace without contacting anybody.
func (t *Target) LocateCluster() clusterstatus.Cluster {
	where := clusterstatus.Cluster{Context: t.where.ContextName(), Server: t.where.ServerAddress(), Namespace: t.app.Namespace}
	if w, ok := t.where.(interface{ AuthorityDigest() string }); ok {
		where.Authority = w.AuthorityDigest()
	}
	return where
}

// DescribeCluster describes what surrounds the app, for people.
func (t *Target) DescribeCluster(ctx context.Context) (*clusterstatus.Cluster, error) {
	return t.newInspector().DescribeCluster(ctx, t.LocateCluster())
}

// CheckDelivery says what would keep the nodes from running a release, as far as
// that can be known before its images are delivered.
func (t *Target) CheckDelivery(ctx context.Context, r release.Release) error {
	return t.images.CheckDeliverable(ctx, r)
}

// PublicHint is a command that sends the app a request, if DNS does not know
// its name; "" if it does, or before the first deploy.
func (t *Target) PublicHint(ctx context.Context) string { return t.entrances.PublicHint(ctx) }

// PreviewHint is a command that sends the standby color a request; "" before
// the first deploy.
func (t *Target) PreviewHint(ctx context.Context) string { return t.entrances.PreviewHint(ctx) }

// RenderManifests returns everything that runs spec in color c and sends the traffic
// there, as YAML documents in the order in which they can be applied. It
// makes no requests.
func (t *Target) RenderManifests(spec deploy.Spec, c color.Color) ([]byte, error) {
	list, err := workload.RenderObjects(t.app, t.images, spec, c, workload.RenderOptions{})
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	err = manifest.WriteYAML(&b, list)
	return b.Bytes(), err
}

// FindDifferences returns in what the cluster differs from a release.
func (t *Target) FindDifferences(ctx context.Context, spec deploy.Spec) ([]drift.Difference, error) {
	return t.newComparer().FindDifferences(ctx, spec)
}

// FindDrift is Differences as text.
func (t *Target) FindDrift(ctx context.Context, spec deploy.Spec) ([]string, error) {
	list, err := t.FindDifferences(ctx, spec)
	var texts []string
	for _, d := range list {
		texts = append(texts, d.String())
	}
	return texts, err
}
