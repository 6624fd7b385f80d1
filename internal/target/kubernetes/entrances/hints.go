package entrances

import (
	"context"
	"net/url"

	"version-manager/internal/manifest"
	"version-manager/internal/wire"
)

// PublicHint is a command that sends the app a request, if DNS does not know
// its name; "" if it does, or before the first deploy.
func (f *Finder) PublicHint(ctx context.Context) string {
	e, err := f.ListEntrances(ctx)
	if err != nil || len(e.Public) == 0 {
		return ""
	}
	endpoints, err := f.findEndpoints(ctx)
	u, bad := url.Parse(e.Public[0])
	if err != nil || bad != nil || len(endpoints) == 0 || e.Public[0] == endpoints[0].baseURL("") || f.hasAddress(ctx, u.Hostname()) {
		return ""
	}
	return "curl -H 'Host: " + u.Hostname() + "' " + endpoints[0].baseURL("") + "/"
}

// PreviewHint is a command that sends the standby color a request; "" before
// the first deploy.
func (f *Finder) PreviewHint(ctx context.Context) string {
	e, err := f.ListEntrances(ctx)
	if err != nil || e.Preview == "" {
		return ""
	}
	endpoints, err := f.findEndpoints(ctx)
	if err != nil || len(endpoints) == 0 {
		return ""
	}
	return "curl -H 'Host: " + f.app.PreviewHost() + "' -H \"" + f.previewHeader() + `" ` + endpoints[0].baseURL("") + "/"
}

// previewHeader is a header that opens the preview, with the secret as a shell
// reads it.
func (f *Finder) previewHeader() string {
	if name := f.app.Config.PreviewSecret; name != "" {
		return wire.HeaderPreview + ": $" + name
	}
	read := "get secret " + manifest.IngressSecretName(f.app.Name) + " -o 'jsonpath={.data." + manifest.ProbeKey + "}'"
	return wire.HeaderProbe + ": $(" + f.app.Kube.KubectlCommand(f.app.Namespace, read) + " | base64 -d)"
}
