package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

// sleepNote on a Deployment says for which farewell its pods were made.
const sleepNote = "version-manager.io/sleep"

// applyPoll is how often the mirror is looked at while pods start or end.
const applyPoll = 50 * time.Millisecond

// Apply implements [deploy.Session].
//
//  1. What would cost requests is refused.
//  2. If the color runs the release already, only the number of instances is
//     changed. The pods stay as they are even if this program would make them
//     otherwise today: what is known to work is not touched. New secrets reach
//     an active color with the next deploy, a standby one by starting it anew.
//  3. Else the images go to where the nodes find them, while what runs in the
//     color goes on.
//  4. Another release in the color ends, completely. It is deleted rather than
//     changed, so that no two versions ever stand behind one Service, and the
//     counts of the new one begin at zero.
//  5. The objects are made, and it waits until the instances were started or
//     it is known why they never will be.
func (s *session) Apply(ctx context.Context, c color.Color, spec deploy.Spec) error {
	if err := s.verify(ctx); err != nil {
		return err
	}
	have, err := s.app.ReadDeployment(ctx, c)
	if err != nil {
		return err
	}
	active, err := s.app.ReadTraffic(ctx)
	if err != nil {
		return err
	}
	if err := s.admissible(active == c, have, spec); err != nil {
		return err
	}
	if err := errors.Join(checkSecrets(spec.Secrets), checkSecrets(spec.Spare)); err != nil {
		return err
	}
	same, err := s.sameSecrets(ctx, c, spec.Secrets)
	if err != nil {
		return err
	}
	if runs(have, spec) && (same || active == c) {
		if err = s.resize(ctx, active == c, c, spec); err == nil {
			_, err = s.Mend(ctx, c, spec)
		}
	} else {
		err = s.replace(ctx, active == c, c, spec)
	}
	if err != nil {
		return err
	}
	return s.awaitStarted(ctx, c, spec.Replicas)
}

// runs reports whether a color runs what spec says.
func runs(have *kube.Object, spec deploy.Spec) bool {
	return have != nil && have.GetDeletionTimestamp() == nil && manifest.Runs(have, spec.Release)
}

// admissible refuses what would cost requests.
func (t *Target) admissible(active bool, have *kube.Object, spec deploy.Spec) error {
	switch {
	case spec.Release.App != t.app.Name:
		return problem.New(problem.Usage, "", "%s is a release of %q, not of %q", spec.Release.Version, spec.Release.App, t.app.Name)
	case spec.Replicas < 0:
		return problem.New(problem.Usage, "", "%d instances cannot be", spec.Replicas)
	case active && spec.Replicas == 0:
		return fmt.Errorf("scale to zero: the color is active: %w", deploy.ErrRefused)
	case active && have != nil && !runs(have, spec):
		return fmt.Errorf("replace what runs by %s: the color is active: %w", spec.Release.Version, deploy.ErrRefused)
	}
	return nil
}

// resize changes only the number of instances. Who does it to the active
// color does it by hand, so that the autoscaler has to respect it.
func (s *session) resize(ctx context.Context, active bool, c color.Color, spec deploy.Spec) error {
	if active {
		if err := s.floor(ctx, spec.Replicas); err != nil {
			return err
		}
	}
	_, err := s.edit(ctx, "Deployment", s.app.ColorName(c), func(o *kube.Object) (bool, error) {
		return objects.SetReplicas(o, spec.Replicas)
	})
	if err != nil {
		return fmt.Errorf("scale %s to %d: %w", c, spec.Replicas, err)
	}
	return nil
}

// replace makes color c run another release than it did.
func (s *session) replace(ctx context.Context, active bool, c color.Color, spec deploy.Spec) error {
	a := s.manifest(spec.Release, c)
	if err := s.deliver(ctx, &a); err != nil {
		return err
	}
	proxies, err := s.proxyNamespaces(ctx)
	if err != nil {
		return err
	}
	if spec.Secrets == nil { // those that the color has, even if somebody deleted its Deployment
		if spec.Secrets, err = s.secretsOf(ctx, c, spec.Release.Config.Secrets); err != nil {
			return err
		}
		if spec.Secrets == nil {
			spec.Secrets = spec.Spare
		}
	}
	a.Replicas, a.Secrets, a.Sleep, a.Proxies = spec.Replicas, spec.Secrets, s.sleep(ctx), proxies
	if err := s.base(ctx, a); err != nil {
		return err
	}
	if err := s.makeRoom(ctx, c, spec.Release.Version); err != nil {
		return fmt.Errorf("end what ran in %s: %w", c, err)
	}
	if err := s.install(ctx, a); err != nil {
		return err
	}
	if active {
		return nil // the preview is the other one's
	}
	return s.aimPreview(ctx, c)
}

// makeRoom ends what runs in a color. It does not wait for the pods of a
// Deployment that somebody deleted, if they run the very version that is
// started again: users may be waiting for that.
func (s *session) makeRoom(ctx context.Context, c color.Color, v release.Version) error {
	have, err := s.app.ReadDeployment(ctx, c)
	if err != nil {
		return err
	}
	if have == nil {
		pods, err := s.app.ListPods(ctx, c)
		if err != nil {
			return err
		}
		other := func(p *corev1.Pod) bool { return p.Labels[manifest.VersionLabel] != manifest.VersionValue(v) }
		if !slices.ContainsFunc(pods, other) {
			return nil
		}
	}
	return s.end(ctx, c)
}

// base makes what belongs to the app as a whole.
func (s *session) base(ctx context.Context, a manifest.App) error {
	for _, o := range manifest.Base(a) {
		if o.GetKind() == "ConfigMap" {
			continue // the anchor, which Lock made: it holds more than the app's name
		}
		if _, err := s.apply(ctx, o); err != nil {
			return err
		}
	}
	if _, err := s.ensureIngressSecret(ctx); err != nil {
		return err
	}
	return s.ensureRoutes(ctx)
}

// install makes the objects of a color that runs nothing.
func (s *session) install(ctx context.Context, a manifest.App) error {
	list, err := manifest.Color(a)
	if err != nil {
		return err
	}
	for _, o := range list {
		if err := finish(o, a); err != nil {
			return err
		}
		if _, err := s.apply(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

// finish adds to an object what only this package wants to know.
func finish(o *kube.Object, a manifest.App) error {
	if o.GetKind() != "Deployment" {
		return nil
	}
	if _, err := objects.SetReplicas(o, a.Replicas); err != nil {
		return err
	}
	if a.Sleep > 0 {
		objects.SetAnnotation(o, sleepNote, a.Sleep.String())
	}
	return noteAutoscale(o, a.Release.Config.Autoscale)
}

// manifest is a release in this place: where the gateway is and how nodes pull
// belong to the cluster, not to the release.
func (t *Target) manifest(r release.Release, c color.Color) manifest.App {
	return manifest.App{Release: t.placed(r), Color: c}
}

func (t *Target) placed(r release.Release) release.Release {
	here := t.app.Config
	here.Namespace, here.Resources = t.app.Namespace, r.Config.Kubernetes.Resources
	r.Config.Kubernetes = here
	return r
}
