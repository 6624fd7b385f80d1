package addons

import (
	"context"
	"fmt"

	"golang.org/x/mod/semver"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/progress"
)

// gatewayAPIVersion is the version that our Traefik needs.
const gatewayAPIVersion = "v1.4.0"

// InstallIngress installs what a cluster needs to route requests to apps, and
// returns when it is ready:
//
//  1. missing definitions of the Gateway API,
//  2. Traefik, if none serves the Gateway API,
//  3. the Gateway for all apps.
//
// It uses a Traefik that serves the Gateway API as it is; the report says what
// about it makes deploys slower. It configures the Traefik of K3s to serve the
// Gateway API, in the way that K3s provides for. It changes nothing if it would
// have to take over objects of others in our namespace.
func InstallIngress(ctx context.Context, c kube.Cluster, o Options) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, installTimeout)
	defer cancel()
	o.Progress.ReportDetail("inspecting the cluster")
	f, err := takeInventory(ctx, c)
	if err != nil {
		return Report{}, err
	}
	i := &installer{cluster: c, options: o, found: f, progress: o.Progress}
	if err := i.checkNamespace(ctx); err != nil {
		return i.report, err
	}
	if err := i.installDefinitions(ctx); err != nil {
		return i.report, err
	}
	switch t, plan := f.choosePlan(); plan {
	case planInstallOwn:
		return i.report, i.installOwn(ctx)
	case planEnableK3s:
		return i.report, i.enableK3s(ctx, t)
	default:
		return i.report, i.useExisting(ctx, t)
	}
}

// installer installs what is missing and records what it did.
type installer struct {
	cluster  kube.Cluster
	options  Options
	found    inventory
	progress *progress.Reporter
	report   Report
}

func (i *installer) recordAction(format string, args ...any) {
	i.report.Did = append(i.report.Did, fmt.Sprintf(format, args...))
}

func (i *installer) addWarning(format string, args ...any) {
	i.report.Warnings = append(i.report.Warnings, fmt.Sprintf(format, args...))
}

// installDefinitions installs those of the Gateway API that are missing. It never
// changes existing ones, even if they are old: other controllers may depend on
// them.
func (i *installer) installDefinitions(ctx context.Context) error {
	var missing []*kube.Object
	var old []string
	for _, crd := range i.found.definitions {
		switch version, ok := i.found.bundles[crd.GetName()]; {
		case !ok:
			missing = append(missing, crd)
		case semver.Compare(version, gatewayAPIVersion) < 0:
			old = append(old, crd.GetName()+" "+version)
		}
	}
	if _, plan := i.found.choosePlan(); plan == planInstallOwn && len(old) > 0 {
		return problem.New(problem.Failed, i.cluster.KubectlCommand("", "apply --server-side --force-conflicts -f https://github.com/kubernetes-sigs/gateway-api/releases/download/"+gatewayAPIVersion+"/standard-install.yaml"),
			"the Gateway API in this cluster is older than %s, which Traefik needs", gatewayAPIVersion).With(old...)
	}
	if len(old) > 0 {
		i.addWarning("the Gateway API is older than %s: %s", gatewayAPIVersion, old[0])
	}
	if len(missing) == 0 {
		return nil
	}
	i.progress.ReportDetail("installing the Gateway API")
	i.recordAction("installed the Gateway API %s: %d definitions", gatewayAPIVersion, len(missing))
	return applyDefinitions(ctx, i.cluster, missing)
}

// installOwn installs or updates our Traefik and the Gateway.
func (i *installer) installOwn(ctx context.Context) error {
	for _, t := range i.found.traefik {
		if !t.own {
			i.addWarning("%s does not serve the Gateway API and was not changed", t)
		}
	}
	parts, before := ownObjects(i.options), i.ownTraefik()
	if before != nil && before.local { // by InstallBase, with images and addresses that we do not know
		return waitReady(ctx, i.cluster, parts, i.progress)
	}
	i.progress.ReportDetail("installing Traefik")
	if err := i.applyParts(ctx, parts); err != nil {
		return err
	}
	if err := waitReady(ctx, i.cluster, parts, i.progress); err != nil {
		return err
	}
	version := deploymentVersion(parts)
	switch {
	case before == nil:
		i.recordAction("installed Traefik %s with two pods, port 80 and node port 30001", version)
	case before.Version != version:
		i.recordAction("updated Traefik from %s to %s", before.Version, version)
	}
	return nil
}

// ownTraefik returns our own Traefik as it was found, or nil.
func (i *installer) ownTraefik() *installation {
	for _, t := range i.found.traefik {
		if t.own {
			return &t
		}
	}
	return nil
}

// deploymentVersion returns the version of the Deployment among the objects.
func deploymentVersion(parts []*kube.Object) string {
	for _, o := range parts {
		if o.GetKind() == "Deployment" {
			return o.GetLabels()["app.kubernetes.io/version"]
		}
	}
	return ""
}
