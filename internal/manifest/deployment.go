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

// newDeployment is the instances of one color.
func newDeployment(a App) (*kube.Object, error) {
	o := loadFile[appsv1.Deployment]("deployment.yaml")
	a.setName(&o.ObjectMeta, ColorName(a.appName(), a.Color))
	a.identifyPods(&o.ObjectMeta)
	a.setSelector(o.Spec.Selector)
	if a.Replicas > 0 {
		o.Spec.Replicas = new(int32(a.Replicas))
	}
	o.Spec.ProgressDeadlineSeconds = new(toSeconds(a.appConfig().Gate.Timeout.Duration))
	t := &o.Spec.Template
	t.Labels[NameLabel] = a.appName()
	a.identifyPods(&t.ObjectMeta)
	if a.SecretsRevision != "" {
		t.Annotations[SecretsAnnotation] = a.SecretsRevision
	}
	if err := a.fillPod(&t.Spec); err != nil {
		return nil, err
	}
	return toObject(&o), nil
}

// identifyPods says which color it is and what it runs.
func (a App) identifyPods(o *metav1.ObjectMeta) {
	o.Labels[ColorLabel] = string(a.Color)
	o.Labels[VersionLabel] = VersionValue(a.Release.Version)
	if o.Annotations == nil {
		o.Annotations = map[string]string{}
	}
	maps.Copy(o.Annotations, podIdentity(a.Release))
}

// podIdentity is what distinguishes one release from another, whatever their
// names.
func podIdentity(r release.Release) map[string]string {
	return map[string]string{VersionAnnotation: string(r.Version), ImageAnnotation: r.Image, ConfigAnnotation: r.ConfigID}
}

// RunsRelease reports whether a Deployment, or a pod, was made for exactly that
// release. Then it can stay as it is.
func RunsRelease(o *kube.Object, r release.Release) bool {
	notes := o.GetAnnotations()
	for name, want := range podIdentity(r) {
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

// setSelector makes a selector match the pods of the color and no others.
func (a App) setSelector(s *metav1.LabelSelector) {
	s.MatchLabels[NameLabel], s.MatchLabels[ColorLabel] = a.appName(), string(a.Color)
}

// fillPod sets everything that varies about the pods.
func (a App) fillPod(p *corev1.PodSpec) error {
	p.ServiceAccountName = a.appName()
	p.TerminationGracePeriodSeconds = new(int64(toSeconds(a.sleepTime() + a.appConfig().Drain.Duration + endTime)))
	a.podUser(p.SecurityContext)
	if a.Arch != "" {
		p.NodeSelector = map[string]string{corev1.LabelOSStable: a.OS, corev1.LabelArchStable: a.Arch}
	}
	for i := range p.TopologySpreadConstraints {
		a.setSelector(p.TopologySpreadConstraints[i].LabelSelector)
	}
	if s := a.appConfig().Kubernetes.PullSecret; s != "" {
		p.ImagePullSecrets = []corev1.LocalObjectReference{{Name: s}}
	}
	a.sidecarContainer(&p.InitContainers[0])
	return a.appContainer(&p.Containers[0])
}

// podUser sets the user of the pod, and lets an app without privileges listen on
// a port below 1024.
func (a App) podUser(s *corev1.PodSecurityContext) {
	if a.User > 0 {
		s.RunAsUser, s.RunAsGroup, s.FSGroup = new(a.User), new(cmp.Or(a.Group, a.User)), new(a.User)
	}
	if a.appConfig().Port < 1024 {
		s.Sysctls = []corev1.Sysctl{{Name: "net.ipv4.ip_unprivileged_port_start", Value: "0"}}
	}
}

func (a App) pullPolicy() corev1.PullPolicy { return cmp.Or(a.PullPolicy, corev1.PullIfNotPresent) }

// toSeconds rounds up: a time that is a little too long costs nothing.
func toSeconds(d time.Duration) int32 { return int32((d + time.Second - 1) / time.Second) }
