package routes

import (
	"context"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
)

// ObserveRoute reports which color has the traffic, as far as the cache knows,
// and who decided that.
func ObserveRoute(ctx context.Context, app *objects.App, c *cache.Store, o *deploy.Observed) error {
	route, ok, err := c.FindObject(ctx, "HTTPRoute", app.Name)
	if err != nil {
		return err
	}
	if !ok {
		o.Revision = NoRevision
		return nil
	}
	o.Revision = RouteRevision(route)
	o.Active, o.Route.Foreign = app.RouteTraffic(route)
	o.Route.ChangedBy, o.Route.ChangedAt = lastWriter(route)
	return nil
}

// lastWriter is who changed an object last, apart from its status, and when;
// empty if that was this program.
func lastWriter(o *kube.Object) (by string, at time.Time) {
	for _, f := range o.GetManagedFields() {
		if f.Subresource != "" || f.Time == nil || f.Time.Time.Before(at) {
			continue
		}
		if f.Manager == kube.FieldManager && f.Time.Time.Equal(at) {
			continue // the server notes whole seconds: anyone who else wrote in this one came after us
		}
		by, at = f.Manager, f.Time.Time
	}
	if by == kube.FieldManager {
		return "", time.Time{}
	}
	return by, at
}
