package addons

import (
	"cmp"
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/progress"
)

// nameLabel says which add-on an object or a pod belongs to.
const nameLabel = "app.kubernetes.io/name"

// waitReady returns when all objects are ready, of those kinds that become ready.
func waitReady(ctx context.Context, c kube.Cluster, list []*kube.Object, report *progress.Reporter) error {
	for _, o := range list {
		check := readyCheck(o.GetKind())
		if check == nil {
			continue
		}
		report.ReportDetail("waiting for %s %s", o.GetKind(), o.GetName())
		if err := waitForObject(ctx, c, o, check); err != nil {
			return err
		}
	}
	return nil
}

// readyCheck returns a function that says why an object of the kind is not ready
// yet, or nil for kinds that are ready once they exist.
func readyCheck(kind string) func(*kube.Object) string {
	switch kind {
	case "Deployment":
		return rolloutReason
	case "Gateway":
		return conditionReason("Programmed")
	case "GatewayClass":
		return conditionReason("Accepted")
	case "APIService":
		return conditionReason("Available")
	}
	return nil
}

func waitForObject(ctx context.Context, c kube.Cluster, o *kube.Object, check func(*kube.Object) string) error {
	ref := kube.Ref{Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
	err := waitUntilDone(ctx, func() (string, error) {
		now, err := c.GetObject(ctx, ref)
		if err != nil {
			return "", err
		}
		return check(now), nil
	})
	if err == nil || ctx.Err() == nil {
		return err
	}
	where := c.KubectlCommand("", "describe "+ref.Kind+"/"+ref.Name)
	if ref.Namespace != "" {
		where = c.KubectlCommand(ref.Namespace, "get events,pods")
	}
	return problem.Wrap(err, problem.Failed, where, "%s %s did not become ready", ref.Kind, ref.Name).
		With(explainPods(context.WithoutCancel(ctx), c, o)...)
}

// rolloutReason returns "" if all pods of a Deployment are up to date and ready.
func rolloutReason(o *kube.Object) string {
	d, err := kube.ConvertObject[appsv1.Deployment](o)
	if err != nil {
		return err.Error()
	}
	want := int32(1)
	if d.Spec.Replicas != nil {
		want = *d.Spec.Replicas
	}
	s := d.Status
	if s.ObservedGeneration < d.Generation || s.UpdatedReplicas < want || s.AvailableReplicas < want || s.Replicas > s.UpdatedReplicas {
		return fmt.Sprintf("%d of %d pods are ready", min(s.UpdatedReplicas, s.AvailableReplicas), want)
	}
	return ""
}

// conditionReason returns a function that returns "" if the condition is true.
func conditionReason(kind string) func(*kube.Object) string {
	return func(o *kube.Object) string {
		if s := cmp.Or(conditionStatus(o, kind), "unknown"); s != "True" {
			return kind + " is " + s
		}
		return ""
	}
}

// explainPods returns the reasons why the pods of an object are not ready.
func explainPods(ctx context.Context, c kube.Cluster, o *kube.Object) []string {
	name := o.GetLabels()[nameLabel]
	if o.GetNamespace() == "" || name == "" {
		return nil
	}
	pods, err := c.ListObjects(ctx, kube.Ref{Kind: "Pod", Namespace: o.GetNamespace()}, nameLabel+"="+name)
	if err != nil {
		return []string{err.Error()}
	}
	var lines []string
	for i := range pods {
		pod, err := kube.ConvertObject[corev1.Pod](&pods[i])
		if err != nil {
			continue
		}
		for _, reason := range podReasons(pod) {
			lines = append(lines, "pod "+pod.Name+": "+reason)
		}
	}
	return lines
}

func podReasons(pod *corev1.Pod) []string {
	var list []string
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Status == corev1.ConditionFalse {
			list = append(list, c.Message)
		}
	}
	for _, s := range pod.Status.ContainerStatuses {
		switch {
		case s.State.Waiting != nil && s.State.Waiting.Reason != "ContainerCreating":
			list = append(list, s.Name+": "+s.State.Waiting.Reason+" "+s.State.Waiting.Message)
		case s.LastTerminationState.Terminated != nil:
			t := s.LastTerminationState.Terminated
			list = append(list, fmt.Sprintf("%s: ended with exit code %d: %s", s.Name, t.ExitCode, t.Reason))
		}
	}
	return list
}
