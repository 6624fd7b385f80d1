package main

import (
	"context"
	_ "embed"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/yaml"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/test/e2e/lab"
)

//go:embed rival.yaml
var rivalYAML string

//go:embed front.yaml
var frontYAML string

// rival is another way of changing versions.
type rival struct {
	*bench
	name      string // of its Service
	image     string
	lifecycle string // of the container
}

// measureRivals changes versions as other people do, each way several times.
func (b *bench) measureRivals(ctx context.Context, changes int) ([]result, error) {
	image, err := b.rivalImage(ctx)
	if err != nil {
		return nil, err
	}
	sleep := `{preStop: {sleep: {seconds: 5}}}`
	var all []result
	for _, way := range []struct {
		name string
		rival
		run func(rival, context.Context, *result, int) error
	}{
		{"rolling update", rival{b, "rolling", image, "null"}, rival.rollingUpdate},
		{"rolling update, preStop sleep 5s", rival{b, "sleeping", image, sleep}, rival.rollingUpdate},
		{"Service selector, old one deleted", rival{b, "selector", image, "null"}, rival.serviceSelector},
		{"Service selector, preStop sleep 5s", rival{b, "selector-sleeping", image, sleep}, rival.serviceSelector},
	} {
		fmt.Fprintf(os.Stderr, "\r\x1b[K%s", way.name)
		r := result{name: way.name}
		if err := way.run(way.rival, ctx, &r, changes); err != nil {
			return nil, fmt.Errorf("%s: %w", way.name, err)
		}
		all = append(all, r)
	}
	return all, nil
}

// rivalImage is the fixture app's, which is in the nodes already.
func (b *bench) rivalImage(ctx context.Context) (string, error) {
	pods, err := b.Kube.ListObjects(ctx, kube.Ref{Kind: "Pod"}, "app.kubernetes.io/name="+b.App)
	if err != nil {
		return "", err
	}
	for _, o := range pods {
		pod, err := kube.ConvertObject[corev1.Pod](&o)
		if err != nil {
			return "", err
		}
		for _, c := range pod.Spec.Containers {
			if c.Name == manifest.AppContainer {
				return c.Image, nil
			}
		}
	}
	return "", fmt.Errorf("none of the %d pods runs the fixture app", len(pods))
}

func (r rival) hostName() string { return r.name + "." + r.HostName() }

// rollingUpdate updates one Deployment again and again.
func (r rival) rollingUpdate(ctx context.Context, res *result, changes int) error {
	if err := r.runRival(ctx, r.name, "r0"); err != nil {
		return err
	}
	if err := r.applyFront(ctx, r.name); err != nil {
		return err
	}
	for i := range changes {
		err := r.measureUnderLoad(ctx, r.hostName(), res, versionName(i), func() error { return r.runRival(ctx, r.name, versionName(i+1)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// serviceSelector starts the new version beside the old one, points the Service at
// it when it is ready, and deletes the old one.
func (r rival) serviceSelector(ctx context.Context, res *result, changes int) error {
	side := func(i int) string { return r.name + "-" + strconv.Itoa(i%2) }
	if err := r.runRival(ctx, side(0), "r0"); err != nil {
		return err
	}
	if err := r.applyFront(ctx, side(0)); err != nil {
		return err
	}
	for i := range changes {
		err := r.measureUnderLoad(ctx, r.hostName(), res, versionName(i), func() error {
			if err := r.runRival(ctx, side(i+1), versionName(i+1)); err != nil {
				return err
			}
			patch := map[string]any{"spec": map[string]any{"selector": map[string]any{"app": side(i + 1)}}}
			if _, err := r.Kube.PatchObject(ctx, kube.Ref{Kind: "Service", Name: r.name}, patch); err != nil {
				return err
			}
			return r.removeRival(ctx, side(i))
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func versionName(i int) string { return "r" + strconv.Itoa(i) }

// runRival applies a Deployment and waits until nothing else of it runs.
func (r rival) runRival(ctx context.Context, name, version string) error {
	text := strings.NewReplacer("NAMESPACE", r.App, "SERVICE", r.name, "NAME", name, "REPLICAS", strconv.Itoa(replicas),
		"IMAGE", r.image, "VERSION", version, "LIFECYCLE", r.lifecycle, "APP_VERSION", "APP_VERSION").Replace(rivalYAML)
	if err := r.applyObjects(ctx, text); err != nil {
		return err
	}
	return lab.WaitUntil(ctx, 2*time.Minute, name+" runs "+version, func() (bool, error) {
		o, err := r.Kube.GetObject(ctx, kube.Ref{Kind: "Deployment", Name: name})
		if err != nil {
			return false, err
		}
		d, err := kube.ConvertObject[appsv1.Deployment](o)
		if err != nil {
			return false, err
		}
		s := d.Status
		return s.ObservedGeneration >= d.Generation && s.UpdatedReplicas == replicas && s.Replicas == replicas && s.AvailableReplicas == replicas, nil
	})
}

// removeRival deletes a Deployment and waits until its pods are gone.
func (r rival) removeRival(ctx context.Context, name string) error {
	if err := r.Kube.DeleteObject(ctx, kube.Ref{Kind: "Deployment", Name: name}); err != nil {
		return err
	}
	return lab.WaitUntil(ctx, time.Minute, name+" is gone", func() (bool, error) {
		pods, err := r.Kube.ListObjects(ctx, kube.Ref{Kind: "Pod"}, "app="+name)
		return err == nil && len(pods) == 0, err
	})
}

// applyFront makes Service and route.
func (r rival) applyFront(ctx context.Context, app string) error {
	return r.applyObjects(ctx, strings.NewReplacer("NAMESPACE", r.App, "SERVICE", r.name, "SELECTOR", "app: "+app, "HOST", r.hostName()).Replace(frontYAML))
}

func (r rival) applyObjects(ctx context.Context, text string) error {
	for doc := range strings.SplitSeq(text, "\n---\n") {
		var o kube.Object
		if err := yaml.Unmarshal([]byte(doc), &o.Object); err != nil {
			return err
		}
		if _, err := r.Kube.ApplyObject(ctx, &o); err != nil {
			return err
		}
	}
	return nil
}
