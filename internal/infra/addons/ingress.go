package addons

import (
	"context"
	"fmt"

	"golang.org/x/mod/semver"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

const needed = "v1.4.0" // of the Gateway API, by the Traefik that we install

// InstallIngress gives a cluster what it lacks to route requests to apps and returns
// when it works:
//
//  1. the definitions of the Gateway API that are missing,
//  2. Traefik, if none serves the Gateway API,
//  3. the Gateway for all apps.
//
// A Traefik that serves the Gateway API already is used as it is; the report
// says what about it makes deploys slower. The Traefik that comes with K3s is
// told to serve it, in the way that K3s provides for. Nothing is done where
// ours would have to take over what somebody else has in our namespace.
func InstallIngress(ctx context.Context, c kube.Cluster, o Options, progress func(step string)) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	progress("look at what is there")
	f, err := look(ctx, c)
	if err != nil {
		return Report{}, err
	}
	i := &installer{cluster: c, options: o, found: f, progress: progress}
	if err := i.unclaimed(ctx); err != nil {
		return i.report, err
	}
	if err := i.definitions(ctx); err != nil {
		return i.report, err
	}
	switch t, how := f.choose(); how {
	case install:
		return i.report, i.own(ctx)
	case enable:
		return i.report, i.enable(ctx, t)
	default:
		return i.report, i.use(ctx, t)
	}
}

// installer does what is missing and remembers what it did.
type installer struct {
	cluster  kube.Cluster
	options  Options
	found    found
	progress func(string)
	report   Report
}

func (i *installer) did(format string, args ...any) {
	i.report.Did = append(i.report.Did, fmt.Sprintf(format, args...))
}

func (i *installer) warn(format string, args ...any) {
	i.report.Warnings = append(i.report.Warnings, fmt.Sprintf(format, args...))
}

// definitions installs what is missing of the Gateway API. Definitions that
// somebody else installed are left alone, even old ones: other controllers
// may depend on them, and who installed them knows.
func (i *installer) definitions(ctx context.Context) error {
	var missing []*kube.Object
	var old []string
	for _, crd := range i.found.needed {
		switch version, ok := i.found.bundles[crd.GetName()]; {
		case !ok:
			missing = append(missing, crd)
		case semver.Compare(version, needed) < 0:
			old = append(old, crd.GetName()+" "+version)
		}
	}
	if _, how := i.found.choose(); how == install && len(old) > 0 {
		return problem.New(problem.Failed, i.cluster.Kubectl("", "apply --server-side --force-conflicts -f https://github.com/kubernetes-sigs/gateway-api/releases/download/"+needed+"/standard-install.yaml"),
			"the Gateway API in this cluster is older than %s, which Traefik needs", needed).With(old...)
	}
	if len(old) > 0 {
		i.warn("the Gateway API is older than %s: %s", needed, old[0])
	}
	if len(missing) == 0 {
		return nil
	}
	i.progress("install the Gateway API")
	i.did("installed the Gateway API %s: %d definitions", needed, len(missing))
	return applyCRDs(ctx, i.cluster, missing)
}

// own installs our Traefik and the Gateway.
func (i *installer) own(ctx context.Context) error {
	for _, t := range i.found.traefik {
		if !t.own {
			i.warn("%s does not serve the Gateway API and is left alone", t)
		}
	}
	parts, before := ours(i.options), i.before()
	if before != nil && before.local { // by Cluster, which knows better what it needs
		return wait(ctx, i.cluster, parts, i.progress)
	}
	i.progress("install Traefik")
	if err := i.apply(ctx, parts); err != nil {
		return err
	}
	if err := wait(ctx, i.cluster, parts, i.progress); err != nil {
		return err
	}
	version := versionOf(parts)
	switch {
	case before == nil:
		i.did("installed Traefik %s with two pods, port 80 and node port 30001", version)
	case before.Version != version:
		i.did("brought Traefik from %s to %s", before.Version, version)
	}
	return nil
}

// before is our own Traefik as it was, or nil.
func (i *installer) before() *installation {
	for _, t := range i.found.traefik {
		if t.own {
			return &t
		}
	}
	return nil
}

// versionOf is the version of the Traefik among some objects.
func versionOf(parts []*kube.Object) string {
	for _, o := range parts {
		if o.GetKind() == "Deployment" {
			return o.GetLabels()["app.kubernetes.io/version"]
		}
	}
	return ""
}
