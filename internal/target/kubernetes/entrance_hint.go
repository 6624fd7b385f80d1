package kubernetes

import (
	"context"
	"net/url"
)

// PublicHint is a command that asks the app, where DNS does not know its name;
// empty where it does, and before anything was deployed.
func (t *Target) PublicHint(ctx context.Context) string {
	e, err := t.entrances(ctx)
	if err != nil || len(e.Public) == 0 {
		return ""
	}
	ways, err := t.ways(ctx)
	u, bad := url.Parse(e.Public[0])
	if err != nil || bad != nil || len(ways) == 0 || e.Public[0] == ways[0].url("") || t.resolves(ctx, u.Hostname()) {
		return ""
	}
	return "curl -H 'Host: " + u.Hostname() + "' " + ways[0].url("") + "/"
}
