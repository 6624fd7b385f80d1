package manifest

import (
	"cmp"
	"maps"
	"strings"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/kube"
	"version-manager/internal/release"
)

// deployment is the instances of one color.
func deployment(a App) (*kube.Object, error) {
	o := load[appsv1.Deployment]("deployment.yaml")
	a.named(&o.ObjectMeta, Side(a.name(), a.Color))
	a.identify(&o.ObjectMeta)
	a.selects(o.Spec.Selector)
	if a.Replicas > 0 {
		o.Spec.Replicas = new(int32(a.Replicas))
	}
	o.Spec.ProgressDeadlineSeconds = new(seconds(a.config().Gate.Timeout.Duration))
	t := &o.Spec.Template
	t.Labels[NameLabel] = a.name()
	a.identify(&t.ObjectMeta)
	if a.SecretsRevision != "" {
		t.Annotations[SecretsNote] = a.SecretsRevision
	}
	if err := a.pod(&t.Spec); err != nil {
		return nil, err
	}
	return plain(&o), nil
}

// identify says which color it is and what it runs.
func (a App) identify(o *metav1.ObjectMeta) {
	o.Labels[ColorLabel] = string(a.Color)
	o.Labels[VersionLabel] = VersionValue(a.Release.Version)
	if o.Annotations == nil {
		o.Annotations = map[string]string{}
	}
	maps.Copy(o.Annotations, identity(a.Release))
}

// identity is what distinguishes one release from another, whatever they are
// called.
func identity(r release.Release) map[string]string {
	return map[string]string{VersionNote: string(r.Version), ImageNote: r.Image, ConfigNote: r.ConfigID}
}

// Runs reports whether a Deployment, or a pod, was made for exactly that
// release. What is so can be left as it is.
func Runs(o *kube.Object, r release.Release) bool {
	notes := o.GetAnnotations()
	for name, want := range identity(r) {
		if notes[name] != want {
			return false
		}
	}
	return true
}

// VersionValue is a version as the value of VersionLabel, cut to what fits.
func VersionValue(v release.Version) string {
	const longest = 63
	return strings.TrimRight(string(v)[:min(len(v), longest)], "-.")
}

// selects makes a selector match the pods of the color and no others.
func (a App) selects(s *metav1.LabelSelector) {
	s.MatchLabels[NameLabel], s.MatchLabels[ColorLabel] = a.name(), string(a.Color)
}

// pod sets everything that varies about the pods.
func (a App) pod(p *corev1.PodSpec) error {
	p.ServiceAccountName = a.name()
	p.TerminationGracePeriodSeconds = new(int64(seconds(a.sleep() + a.config().Drain.Duration + ending)))
	a.user(p.SecurityContext)
	if a.Arch != "" {
		p.NodeSelector = map[string]string{corev1.LabelOSStable: a.OS, corev1.LabelArchStable: a.Arch}
	}
	for i := range p.TopologySpreadConstraints {
		a.selects(p.TopologySpreadConstraints[i].LabelSelector)
	}
	if s := a.config().Kubernetes.PullSecret; s != "" {
		p.ImagePullSecrets = []corev1.LocalObjectReference{{Name: s}}
	}
	a.sidecar(&p.InitContainers[0])
	return a.app(&p.Containers[0])
}

// user sets as whom the pod runs, and lets an app without privileges listen
// on a port below 1024 if it wants to.
func (a App) user(s *corev1.PodSecurityContext) {
	if a.User > 0 {
		s.RunAsUser, s.RunAsGroup, s.FSGroup = new(a.User), new(cmp.Or(a.Group, a.User)), new(a.User)
	}
	if a.config().Port < 1024 {
		s.Sysctls = []corev1.Sysctl{{Name: "net.ipv4.ip_unprivileged_port_start", Value: "0"}}
	}
}

func (a App) pullPolicy() corev1.PullPolicy { return cmp.Or(a.PullPolicy, corev1.PullIfNotPresent) }

// seconds rounds up: a time that is a little too long costs nothing.
func seconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }
