package kubernetes

import (
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/workload"
)

// quiet is a probe to which every request is answered.
type quiet struct{ began time.Time }

func (q quiet) sent() int                   { return int(time.Since(q.began)/(10*time.Millisecond)) + 1 }
func (q quiet) CountRequests() (int, int)   { return q.sent(), 0 }
func (q quiet) Stop() (m probe.Measurement) { m.Started = q.began; return m }
func (q quiet) StatsSince(color.Color, time.Time) probe.Stats {
	return probe.Stats{Sent: q.sent(), Causes: map[probe.Outcome]int{}}
}

// previewed answers at the preview address as the world's Traefik does.
type previewed struct{ w world }

func (p previewed) RoundTrip(req *http.Request) (*http.Response, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return p.w.Traefik.DialPod(ctx, "traefik-1")
	}}}
	return client.Transport.RoundTrip(req)
}

// quickRelease is deployed in a moment.
func quickRelease(v release.Version) release.Release {
	ms := func(n int) config.Duration { return config.Duration{Duration: time.Duration(n) * time.Millisecond} }
	r := shop(v)
	r.Config.Replicas, r.Config.Health = 1, "/healthz"
	r.Config.Gate = config.Gate{Healthy: 2, For: ms(300), Timeout: ms(20000)}
	r.Config.Bake, r.Config.Drain = ms(600), ms(500)
	r.Config.Autoscale = config.Autoscale{Min: 1, Max: 3, CPU: 60}
	r.Config.Secrets = []string{"TOKEN"}
	return r
}

// deployer is the engine on a world.
func (w world) deployer(t *Target, on func(progress.Event)) *deploy.Engine {
	return deploy.New(t, "ada", deploy.WithTransport(previewed{w}), deploy.WithEvents(on),
		deploy.WithProber(func(context.Context, probe.Config) deploy.Prober { return quiet{time.Now()} }))
}

// rendered lists all objects of the app as a render has them, except for those that
// are not ours to create again: the namespace and the history.
func (w world) rendered(t *Target, c color.Color) (refs []kube.Ref) {
	list, err := workload.RenderObjects(t.app, t.images, deploy.Spec{Release: quickRelease("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": "x"}}, c, workload.RenderOptions{})
	w.Must(err)
	for _, o := range list {
		if o.GetKind() != "Namespace" && o.GetKind() != "ConfigMap" {
			refs = append(refs, objects.RefOf(o))
		}
	}
	return append(refs, t.app.ObjectRef("Secret", manifest.SecretName(t.app.Name, c)), t.app.ObjectRef("Secret", manifest.IngressSecretName(t.app.Name)))
}

// TestWhatOthersDeleteIsMadeAgain deletes each object of the app, one at a time,
// in the middle of a deploy and of the rollback, and looks whether it is there
// in the end.
func TestWhatOthersDeleteIsMadeAgain(t *testing.T) {
	probe := newWorld(t)
	place := probe.target()

	for _, step := range []string{"gate", "bake", "switch back"} {
		for _, ref := range append(probe.rendered(place, color.Green), place.app.ObjectRef("Lease", "shop")) {
			if ref.Kind == "Deployment" || step != "gate" && ref.Kind == "Secret" {
				continue // a version whose instances are gone failed; running ones have their secrets
			}
			t.Run(step+"/"+ref.Kind+"/"+ref.Name, func(t *testing.T) {
				t.Parallel()
				w, target := newPlace(t)
				w.deletedAt(target, step, ref)
			})
		}
	}
}

// TestWayBackOutrunsTheWatch: the route is deleted, and the watch has not said so
// when the traffic is to go back.
func TestWayBackOutrunsTheWatch(t *testing.T) {
	w, target := newPlace(t)
	target.app.Kube = deafToDeletes{target.app.Kube}
	w.deletedAt(target, "switch back", target.app.ObjectRef("HTTPRoute", "shop"))
}

// deafToDeletes is a cluster whose watch never reports that a route is gone.
type deafToDeletes struct{ kube.Cluster }

func (c deafToDeletes) WatchObjects(ctx context.Context, r kube.Ref, selector string, f func(kube.Event) error) error {
	return c.Cluster.WatchObjects(ctx, r, selector, func(e kube.Event) error {
		if r.Kind == "HTTPRoute" && e.Deleted {
			<-ctx.Done()
		}
		return f(e)
	})
}

// deletedAt deletes an object when a step of a deploy begins.
func (w world) deletedAt(target *Target, step string, ref kube.Ref) {
	w.Helper()
	target.app.Config.Entrances = []string{"http://shop.test"}
	run := func(ctx context.Context, v release.Version, on func(progress.Event)) error {
		_, err := w.deployer(target, on).Run(ctx, deploy.Request{Kind: deploy.ZeroDowntime, Release: quickRelease(v), Secrets: map[string]string{"TOKEN": "x"}})
		return err
	}
	w.Must(run(w.Context(), "v1.0.0", func(progress.Event) {}))
	ctx, cancel := context.WithTimeout(w.Context(), time.Minute)
	defer cancel()
	if step == "switch back" && strings.HasSuffix(ref.Name, "-green") {
		ref.Name = strings.TrimSuffix(ref.Name, "green") + "blue"
	}
	var once sync.Once
	err := run(ctx, "v1.1.0", func(e progress.Event) {
		if e.Kind == progress.EventStep && e.Step == "bake" && e.Status == progress.StatusRunning && step == "switch back" {
			cancel() // Ctrl-C
		}
		if e.Kind == progress.EventStep && e.Step == step && e.Status == progress.StatusRunning {
			once.Do(func() { w.DeleteObject(ref.Kind, ref.Name) })
		}
	})
	active := color.Green
	if step == "switch back" {
		active = color.Blue
	} else if err != nil {
		w.Errorf("the deploy fails: %v", err)
	}
	if w.GetObject("HTTPRoute", "shop") == nil {
		w.Fatalf("no route: %v", err)
	}
	if got := w.active(); got != active {
		w.Errorf("%q has the traffic, want %s: %v", got, active, err)
	}
	if ref.Kind != "Secret" && w.GetObject(ref.Kind, ref.Name) == nil {
		w.Errorf("%s %s is not created again: %v", ref.Kind, ref.Name, err)
	}
}

// TestLostIngressSecret: between two deploys somebody deletes or changes the Secret by
// which sidecars know the probe. Pods that run still know the old value, and the
// color that they are of is the rollback.
func TestLostIngressSecret(t *testing.T) {
	for name, lose := range map[string]func(world, *Target){
		"deleted": func(w world, t *Target) { w.DeleteObject("Secret", "shop-ingress") },
		"emptied": func(w world, _ *Target) {
			o := w.GetObject("Secret", "shop-ingress")
			delete(o.Object, "data")
			w.Server.PutObject(o)
		},
		"changed": func(w world, _ *Target) {
			o := w.GetObject("Secret", "shop-ingress")
			w.Must(objects.SetTextField(o, base64.StdEncoding.EncodeToString([]byte("theirs")), "data", "probe"))
			w.Server.PutObject(o)
		},
		"its copy deleted": func(w world, t *Target) { w.DeleteObject("Secret", "shop-ingress-copy") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, target := newPlace(t)
			w.Must(w.deploy(t.Context(), target, "v1.0.0", func(progress.Event) {}))
			lose(w, target)
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			err := w.deploy(ctx, w.target(), "v1.1.0", func(e progress.Event) {
				if e.Kind == progress.EventStep && e.Step == "bake" && e.Status == progress.StatusRunning {
					cancel() // Ctrl-C
				}
			})
			if got := w.active(); got != color.Blue || problem.KindOf(err) != problem.Interrupted {
				t.Errorf("on a rollback %q has the traffic: %v", got, err)
			}
		})
	}
}

// TestSpareSecrets: a color that is started again keeps the secrets that are
// left of it, and gets the caller's where none are.
func TestSpareSecrets(t *testing.T) {
	for name, tt := range map[string]struct {
		lose []string // kinds that others delete
		want string
	}{
		"the Deployment is gone":  {[]string{"Deployment"}, "b3du"},
		"its Secret is gone, too": {[]string{"Deployment", "Secret"}, "c3BhcmU="},
	} {
		t.Run(name, func(t *testing.T) {
			w, target := newPlace(t)
			s := w.lock(target, "ada")
			spec := deploy.Spec{Release: quickRelease("v1.0.0"), Replicas: 1, Secrets: map[string]string{"TOKEN": "own"}}
			w.Must(s.ApplySpec(t.Context(), color.Blue, spec))
			for _, kind := range tt.lose {
				w.DeleteObject(kind, map[string]string{"Deployment": "shop-blue", "Secret": "shop-blue-secrets"}[kind])
			}
			spec.Secrets, spec.Spare = nil, map[string]string{"TOKEN": "spare"}
			w.Must(s.ApplySpec(t.Context(), color.Blue, spec))
			if got := objects.TextField(w.GetObject("Secret", "shop-blue-secrets"), "data", "TOKEN"); got != tt.want {
				t.Errorf("the secret is %q, want %q", got, tt.want)
			}
		})
	}
}

// TestDeletedColorIsStartedBesideItsLastPods: a color whose Deployment somebody
// deleted does not have to wait until its pods have ended, unless they are of
// another version.
func TestDeletedColorIsStartedBesideItsLastPods(t *testing.T) {
	for version, waits := range map[string]bool{"v1.0.0": false, "v0.9.0": true} {
		t.Run(version, func(t *testing.T) {
			w, target := newPlace(t)
			s := w.lock(target, "ada")
			w.putPod("shop-blue", "shop-blue-leaving", version)
			leaving, now := w.GetObject("Pod", "shop-blue-leaving"), metav1.Now()
			leaving.SetDeletionTimestamp(&now)
			w.Server.PutObject(leaving)
			limit := 30 * time.Second
			if waits {
				limit = time.Second
			}
			ctx, cancel := context.WithTimeout(t.Context(), limit)
			defer cancel()
			err := s.ApplySpec(ctx, color.Blue, deploy.Spec{Release: quickRelease("v1.0.0"), Replicas: 1})
			if gone := w.GetObject("Deployment", "shop-blue") == nil; gone != waits {
				t.Errorf("waits: %t, want %t: %v", gone, waits, err)
			}
		})
	}
}
