package addons

import (
	"cmp"
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

const nameLabel = "app.kubernetes.io/name"

// wait returns when all objects that can be ready are.
func wait(ctx context.Context, c kube.Cluster, list []*kube.Object, progress func(string)) error {
	for _, o := range list {
		check := checkOf(o.GetKind())
		if check == nil {
			continue
		}
		progress("wait for " + o.GetKind() + " " + o.GetName())
		if err := waitFor(ctx, c, o, check); err != nil {
			return err
		}
	}
	return nil
}

// checkOf returns the function that says what an object of the kind still
// waits for; nil for kinds that are done when they are there.
func checkOf(kind string) func(*kube.Object) string {
	switch kind {
	case "Deployment":
		return rolledOut
	case "Gateway":
		return conditioned("Programmed")
	case "GatewayClass":
		return conditioned("Accepted")
	case "APIService":
		return conditioned("Available")
	}
	return nil
}

func waitFor(ctx context.Context, c kube.Cluster, o *kube.Object, check func(*kube.Object) string) error {
	ref := kube.Ref{Kind: o.GetKind(), Namespace: o.GetNamespace(), Name: o.GetName()}
	err := until(ctx, func() (string, error) {
		now, err := c.Get(ctx, ref)
		if err != nil {
			return "", err
		}
		return check(now), nil
	})
	if err == nil || ctx.Err() == nil {
		return err
	}
	where := c.Kubectl("", "describe "+ref.Kind+"/"+ref.Name)
	if ref.Namespace != "" {
		where = c.Kubectl(ref.Namespace, "get events,pods")
	}
	return problem.Wrap(err, problem.Failed, where, "%s %s did not become ready", ref.Kind, ref.Name).
		With(troubles(context.WithoutCancel(ctx), c, o)...)
}

// rolledOut is true of a Deployment whose pods are all of its newest form and
// ready.
func rolledOut(o *kube.Object) string {
	d, err := kube.As[appsv1.Deployment](o)
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

func conditioned(kind string) func(*kube.Object) string {
	return func(o *kube.Object) string {
		if s := cmp.Or(condition(o, kind), "unknown"); s != "True" {
			return kind + " is " + s
		}
		return ""
	}
}

// troubles are the reasons that the pods of a part give for not being ready.
func troubles(ctx context.Context, c kube.Cluster, o *kube.Object) []string {
	name := o.GetLabels()[nameLabel]
	if o.GetNamespace() == "" || name == "" {
		return nil
	}
	pods, err := c.List(ctx, kube.Ref{Kind: "Pod", Namespace: o.GetNamespace()}, nameLabel+"="+name)
	if err != nil {
		return []string{err.Error()}
	}
	var lines []string
	for i := range pods {
		pod, err := kube.As[corev1.Pod](&pods[i])
		if err != nil {
			continue
		}
		for _, reason := range reasons(pod) {
			lines = append(lines, "pod "+pod.Name+": "+reason)
		}
	}
	return lines
}

func reasons(pod *corev1.Pod) []string {
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
