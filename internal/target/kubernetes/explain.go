package kubernetes

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
)

// explain is an error with evidence, and with what the cluster itself
// reported, newest last.
func (w *waiter) explain(ctx context.Context, object, reason string, evidence ...string) error {
	kind := "pod"
	if object == w.app.ColorName(w.color) {
		kind = "deployment"
	}
	what, fix := advice(reason)
	hint := w.app.Kube.Kubectl(w.app.Namespace, cmp.Or(fix, "describe "+kind+" "+object))
	p := problem.New(problem.Failed, hint, "start %s: %s", w.color, strings.TrimSpace(what+reason)).With(evidence...)
	events, err := w.app.ListEvents(ctx)
	if err != nil {
		return p
	}
	for _, e := range lastOf(events, object, 3) {
		p.Lines = append(p.Lines, fmt.Sprintf("%s %s: %s", strings.ToLower(e.InvolvedObject.Kind)+"/"+e.InvolvedObject.Name, e.Reason, e.Message))
	}
	return p
}

// advice says in plain words what a reason means, and what to type after
// kubectl.
func advice(reason string) (what, hint string) {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(reason), w) })
	}
	switch {
	case has("exec format error"):
		return "the image is for another kind of processor: ", ""
	case has("exceeded quota"):
		return "the quota of the namespace is used up: ", "describe resourcequota"
	case has("violates podsecurity"):
		return "the namespace does not admit such pods: ", ""
	case has("insufficient"):
		return "there is no room for it: ", "describe nodes"
	case has("image") && has("unauthorized", "401", "403", "forbidden", "denied", "no basic auth"):
		return "the registry does not give the image to the nodes: ",
			"create secret generic pull --type kubernetes.io/dockerconfigjson --from-file .dockerconfigjson=FILE    (FILE: what docker login wrote; then kubernetes.pullSecret: pull in version-manager.yaml)"
	}
	return "", ""
}

// lastWords are the last lines that a container said before it ended.
func (w *waiter) lastWords(ctx context.Context, pod string, c corev1.ContainerStatus) (lines []string) {
	r, err := w.app.Kube.Logs(ctx, w.app.ObjectRef("Pod", pod), kube.LogQuery{Container: c.Name, Tail: 5, Previous: c.State.Terminated == nil})
	if err != nil {
		return nil // one that never ran said nothing
	}
	defer r.Close()
	for scanner := bufio.NewScanner(r); scanner.Scan(); {
		lines = append(lines, c.Name+" | "+scanner.Text())
	}
	return lines
}
