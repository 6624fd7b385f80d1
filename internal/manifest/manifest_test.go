package manifest

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kube"
	"version-manager/internal/release"
)

func as[T any](t *testing.T, o *kube.Object) (typed T) {
	t.Helper()
	if err := runtime.DefaultUnstructuredConverter.FromUnstructured(o.Object, &typed); err != nil {
		t.Fatal(err)
	}
	return typed
}

// TestColorsAreDisjoint: nothing that selects pods of one color ever selects
// one of the other.
func TestColorsAreDisjoint(t *testing.T) {
	for _, mine := range color.Both() {
		a, b := everything(t), everything(t)
		a.Color, b.Color = mine, mine.Other()
		name := ColorName("shop", mine)
		d := as[appsv1.Deployment](t, find(t, all(t, a), "Deployment", name))
		selectors := []map[string]string{
			d.Spec.Selector.MatchLabels,
			d.Spec.Template.Spec.TopologySpreadConstraints[0].LabelSelector.MatchLabels,
			as[corev1.Service](t, find(t, all(t, a), "Service", name)).Spec.Selector,
			as[policyv1.PodDisruptionBudget](t, find(t, all(t, a), "PodDisruptionBudget", name)).Spec.Selector.MatchLabels,
		}
		theirs := as[appsv1.Deployment](t, find(t, all(t, b), "Deployment", ColorName("shop", mine.Other()))).Spec.Template.Labels
		written, err := labels.Parse(LabelSelector("shop", mine))
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range append([]labels.Selector{written}, asSelectors(selectors)...) {
			if !s.Matches(labels.Set(d.Spec.Template.Labels)) || s.Matches(labels.Set(theirs)) {
				t.Errorf("%s: %s does not tell %v from %v", mine, s, d.Spec.Template.Labels, theirs)
			}
		}
	}
}

func asSelectors(sets []map[string]string) (out []labels.Selector) {
	for _, s := range sets {
		out = append(out, labels.SelectorFromSet(s))
	}
	return out
}

func TestSelectorOfTheWholeApp(t *testing.T) {
	s, err := labels.Parse(LabelSelector("shop", color.None))
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all(t, everything(t)) {
		if !s.Matches(labels.Set(o.GetLabels())) {
			t.Errorf("%s %s is not found by %s", o.GetKind(), o.GetName(), s)
		}
	}
}

// TestNoReplicas: an apply must not take the autoscaler's word back.
func TestNoReplicas(t *testing.T) {
	a := everything(t)
	a.Replicas = 0
	list, err := ColorObjects(a)
	if err != nil {
		t.Fatal(err)
	}
	if n := as[appsv1.Deployment](t, find(t, list, "Deployment", "shop-green")).Spec.Replicas; n != nil {
		t.Errorf("%d replicas", *n)
	}
}

// TestSecretsStaySecret: the values are in the Secret and nowhere else, and
// none exists where nobody gave values.
func TestSecretsStaySecret(t *testing.T) {
	a := everything(t)
	list := slices.DeleteFunc(all(t, a), func(o *kube.Object) bool { return o.GetKind() == "Secret" })
	var out bytes.Buffer
	if err := WriteYAML(&out, list); err != nil || strings.Contains(out.String(), "of-the-test") {
		t.Errorf("the secret is outside of the Secret: %v", err)
	}
	a.Secrets = nil
	if got := len(all(t, a)); got != len(list) {
		t.Errorf("%d objects without values, want %d", got, len(list))
	}
}

func TestRuns(t *testing.T) {
	a := everything(t)
	d := find(t, all(t, a), "Deployment", "shop-green")
	same, other := a.Release, a.Release
	other.ConfigID = "sha256:else"
	if !RunsRelease(d, same) || RunsRelease(d, other) || RunsRelease(new(kube.Object), release.Release{Version: "v1.0.0"}) {
		t.Error("a release is not told from another")
	}
}

func TestNoScaler(t *testing.T) {
	a := everything(t)
	a.Release.Config.Autoscale.CPU = 0
	if o := NewScaler(a, color.Blue, 1, 2); o != nil {
		t.Errorf("bounds alone made %v", o)
	}
}

func TestPoint(t *testing.T) {
	r := NewRoute(everything(t), color.Blue)
	if err := PointRoute(r, "shop", color.Green); err != nil {
		t.Fatal(err)
	}
	if c, err := PointedColor(r, "shop"); c != color.Green || err != nil {
		t.Errorf("%q, %v", c, err)
	}
	if c, err := PointedColor(r, "sho"); err == nil {
		t.Errorf("the route of another app leads to %q", c)
	}
	if err := PointRoute(new(kube.Object), "shop", color.Blue); err == nil {
		t.Error("an empty route was pointed")
	}
}

// TestPointRefusesTwoWays: a route that somebody gave a second service is not
// ours to rule anymore.
func TestPointRefusesTwoWays(t *testing.T) {
	r := NewRoute(everything(t), color.Blue)
	rule := r.Object["spec"].(map[string]any)["rules"].([]any)[0].(map[string]any)
	rule["backendRefs"] = append(rule["backendRefs"].([]any), map[string]any{"name": "shop-green"})
	if _, err := PointedColor(r, "shop"); err == nil || !strings.Contains(err.Error(), "exactly one service") {
		t.Errorf("error %v", err)
	}
}

func TestSleep(t *testing.T) {
	for _, tt := range []struct{ throttle, measured, want time.Duration }{
		{0, 0, 5 * time.Second},
		{2 * time.Second, time.Second, 5 * time.Second},
		{2 * time.Second, 1001 * time.Millisecond, 10 * time.Second},
		{30 * time.Second, 500 * time.Millisecond, 35 * time.Second},
	} {
		if got := SleepTime(tt.throttle, tt.measured); got != tt.want {
			t.Errorf("Sleep(%s, %s) = %s, want %s", tt.throttle, tt.measured, got, tt.want)
		}
	}
}

func TestLongVersion(t *testing.T) {
	got := VersionValue(release.Version("v1.0.0-" + strings.Repeat("a", 55) + ".b"))
	if len(got) > 63 || strings.HasSuffix(got, ".") {
		t.Errorf("%q is not a label", got)
	}
}

func TestBadQuantity(t *testing.T) {
	a := minimal(t)
	a.Release.Config.Kubernetes.Resources.Memory = "much"
	if _, err := AllObjects(a); err == nil || !strings.Contains(err.Error(), `kubernetes.resources.memory, "much"`) {
		t.Errorf("error %v", err)
	}
}

// TestDefaultsFollow: a request above its limit would be refused.
func TestDefaultsFollow(t *testing.T) {
	for want, given := range map[string]config.Resources{
		"100m 1Gi 0 1Gi":     {Memory: "1Gi"},
		"100m 32Mi 0 32Mi":   {MemoryLimit: "32Mi"},
		"50m 64Mi 50m 256Mi": {CPULimit: "50m"},
		"2 64Mi 0 256Mi":     {CPU: "2"},
	} {
		a := minimal(t)
		a.Release.Config.Kubernetes.Resources = given
		r := as[appsv1.Deployment](t, find(t, all(t, a), "Deployment", "hello-blue")).Spec.Template.Spec.Containers[0].Resources
		got := fmt.Sprint(r.Requests.Cpu(), " ", r.Requests.Memory(), " ", r.Limits.Cpu(), " ", r.Limits.Memory())
		if got != want {
			t.Errorf("%+v: %s, want %s", given, got, want)
		}
	}
}

// TestQuantities: what the configuration takes, the cluster takes too.
func TestQuantities(t *testing.T) {
	for key, list := range map[string][]string{
		"cpu":    {"1", "0.5", "250m", "10.25"},
		"memory": {"1000000", "64Mi", "1.5Gi", "2Ti", "100Ki", "3k", "5M", "1.5G", "7T"},
	} {
		for _, s := range list {
			r := released(t, "v1.0.0", fmt.Sprintf("name: hello\nbuild: {package: .}\nkubernetes: {resources: {%s: %q}}\n", key, s))
			if _, err := ColorObjects(App{Release: r, Color: color.Blue}); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestPodsGoWhereTheirImagesRun(t *testing.T) {
	a := minimal(t)
	a.OS, a.Arch = "linux", "arm64"
	d := as[appsv1.Deployment](t, find(t, all(t, a), "Deployment", "hello-blue"))
	got := d.Spec.Template.Spec.NodeSelector
	if got[corev1.LabelOSStable] != "linux" || got[corev1.LabelArchStable] != "arm64" {
		t.Errorf("node selector %v", got)
	}
}
