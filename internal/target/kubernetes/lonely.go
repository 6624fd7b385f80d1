package kubernetes

import (
	"context"

	"version-manager/internal/color"
	"version-manager/internal/target/kubernetes/objects"
)

// lonely says that the active color has one instance or may come down to one.
// The disruption budget lets a single instance go, because a node could never
// be drained otherwise, and the next one is started after that.
func (t *Target) lonely(ctx context.Context) string {
	c, err := t.app.ReadTraffic(ctx)
	if err != nil || c == color.None {
		return ""
	}
	d, err := t.app.ReadDeployment(ctx, c)
	if err != nil || d == nil {
		return ""
	}
	scaler, err := t.app.ReadScaler(ctx)
	switch {
	case err != nil:
		return ""
	case scaler == nil && objects.SpecReplicas(d) == 1:
		return "the instance that answers is the only one: draining its node costs requests: set replicas: 2"
	case scaler != nil && unpinned(scaler) == 1:
		return "the autoscaler may leave one instance: draining its node costs requests: set min: 2 in autoscale"
	}
	return ""
}
