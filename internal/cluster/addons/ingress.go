package addons

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"golang.org/x/mod/semver"

	"version-manager/internal/kube"
	"version-manager/internal/problem"
)

const (
	needed       = "v1.4.0"               // of the Gateway API, by the Traefik that we install
	oldest       = "v3.1.0"               // Traefik that serves HTTPRoutes of the standard channel
	fineThrottle = 500 * time.Millisecond // above it a switch is noticeably late
)

// Ingress gives a cluster what it lacks to route requests to apps and returns
// when it works:
//
//  1. the definitions of the Gateway API that are missing,
//  2. Traefik, if none serves the Gateway API,
//  3. the Gateway for all apps.
//
// A Traefik that serves the Gateway API already is used as it is; the report
// says what about it makes deploys slower. The Traefik that comes with K3s is
// told to serve it, in the way that K3s provides for.
func Ingress(ctx context.Context, c kube.Cluster, o Options, progress func(step string)) (Report, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	progress("look at what is there")
	f, err := look(ctx, c)
	if err != nil {
		return Report{}, err
	}
	i := &installer{cluster: c, options: o, found: f, progress: progress}
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

// choice is what to do about Traefik.
type choice int

const (
	install choice = iota // our own, or bring it up to date
	use                   // one that is there and serves the Gateway API
	enable                // K3s' own, which does not yet
)

func (f found) choose() (traefik, choice) {
	for _, t := range f.traefik {
		if t.own {
			return t, install
		}
	}
	for _, t := range f.traefik {
		if t.gateway {
			return t, use
		}
	}
	for _, t := range f.traefik {
		if f.k3s && t.chart {
			return t, enable
		}
	}
	return traefik{}, install
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
		return problem.New(problem.Failed, "kubectl apply --server-side --force-conflicts -f deploy/ingress/crds",
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
	if err := apply(ctx, i.cluster, parts); err != nil {
		return err
	}
	if err := wait(ctx, i.cluster, parts, i.progress); err != nil {
		return err
	}
	version := versionOf(parts)
	switch {
	case before == nil:
		i.did("installed Traefik %s with two pods, port 80 and node port 30001", version)
	case before.version != version:
		i.did("brought Traefik from %s to %s", before.version, version)
	}
	return nil
}

// before is our own Traefik as it was, or nil.
func (i *installer) before() *traefik {
	for _, t := range i.found.traefik {
		if t.own {
			return &t
		}
	}
	return nil
}

// use makes only the Gateway, for a Traefik of somebody else.
func (i *installer) use(ctx context.Context, t traefik) error {
	if t.version != "" && semver.Compare(t.version, oldest) < 0 {
		return problem.New(problem.Failed, "upgrade it to "+oldest+" or later", "%s is too old for the Gateway API", t)
	}
	if t.throttle > fineThrottle {
		i.warn("%s applies changes at most every %s: a switch may take that long; --providers.providersThrottleDuration=100ms makes it faster", t, t.throttle)
	}
	parts := i.gateway(t)
	if err := apply(ctx, i.cluster, parts); err != nil {
		return err
	}
	i.did("made the Gateway %s/version-manager for %s", ownSpace, t)
	return wait(ctx, i.cluster, parts, i.progress)
}

// gateway is what remains of our objects when Traefik is somebody else's: the
// namespace, the Gateway at the port of that Traefik's entry point, and the
// class if there is none.
func (i *installer) gateway(t traefik) []*kube.Object {
	var parts []*kube.Object
	for _, o := range ours(i.options) {
		switch o.GetKind() {
		case "GatewayClass":
			if len(i.found.classes) > 0 {
				continue
			}
		case "Gateway":
			if len(i.found.classes) > 0 && !slices.Contains(i.found.classes, "traefik") {
				set(o, i.found.classes[0], "spec", "gatewayClassName")
			}
			listen(o, cmp.Or(t.port, 8000))
		case "Namespace":
		default:
			continue
		}
		parts = append(parts, o)
	}
	return parts
}

// listen sets the port of a Gateway's only listener.
func listen(o *kube.Object, port int64) {
	spec, _ := o.Object["spec"].(map[string]any)
	listeners, _ := spec["listeners"].([]any)
	for _, l := range listeners {
		if l, ok := l.(map[string]any); ok {
			l["port"] = port
		}
	}
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
