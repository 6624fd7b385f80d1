package workload

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

const (
	maxShownEvents = 3
	maxLogLines    = 5
)

// explainFailure is an error with evidence, and with what the cluster itself
// reported, newest last.
func (w *startWaiter) explainFailure(ctx context.Context, object, reason string, evidence ...string) error {
	kind := "pod"
	if object == w.app.ColorName(w.color) {
		kind = "deployment"
	}
	meaning, command := explainReason(reason)
	hint := w.app.Kube.KubectlCommand(w.app.Namespace, cmp.Or(command, "describe "+kind+" "+object))
	p := problem.New(problem.Failed, hint, "start %s: %s", w.color, strings.TrimSpace(meaning+reason)).With(evidence...)
	events, err := w.app.ListEvents(ctx)
	if err != nil {
		return p
	}
	for _, e := range lastWarnings(events, object, maxShownEvents) {
		p.Lines = append(p.Lines, fmt.Sprintf("%s %s: %s", strings.ToLower(e.InvolvedObject.Kind)+"/"+e.InvolvedObject.Name, e.Reason, e.Message))
	}
	return p
}

// explainReason says in plain words what a reason means, and which kubectl
// command helps.
func explainReason(reason string) (meaning, command string) {
	has := func(words ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(strings.ToLower(reason), w) })
	}
	switch {
	case has("exec format error"):
		return "the image is for another processor architecture: ", ""
	case has("exceeded quota"):
		return "the quota of the namespace is exhausted: ", "describe resourcequota"
	case has("violates podsecurity"):
		return "the namespace does not allow such pods: ", ""
	case has("insufficient"):
		return "no node has room for it: ", "describe nodes"
	case has("image") && has("unauthorized", "401", "403", "forbidden", "denied", "no basic auth"):
		return "the registry denies the nodes access to the image; kubernetes.pullSecret in version-manager.yaml names a Secret with credentials: ",
			`create secret generic pull --type kubernetes.io/dockerconfigjson --from-file .dockerconfigjson="$HOME/.docker/config.json"`
	}
	return "", ""
}

// lastWarnings returns the last n warnings about an object, or about one that
// was created for it.
func lastWarnings(events []*corev1.Event, object string, n int) (list []*corev1.Event) {
	for _, e := range events {
		if e.Type == corev1.EventTypeWarning && strings.HasPrefix(e.InvolvedObject.Name, object) {
			list = append(list, e)
		}
	}
	return list[max(0, len(list)-n):]
}

// lastLogLines are the last lines that a container wrote before it ended.
func (w *startWaiter) lastLogLines(ctx context.Context, pod string, c corev1.ContainerStatus) (lines []string) {
	r, err := w.app.Kube.StreamLogs(ctx, w.app.ObjectRef("Pod", pod), kube.LogQuery{Container: c.Name, Tail: maxLogLines, Previous: c.State.Terminated == nil})
	if err != nil {
		return nil // a container that never ran has no log
	}
	defer r.Close()
	for scanner := bufio.NewScanner(r); scanner.Scan(); {
		lines = append(lines, c.Name+" | "+scanner.Text())
	}
	return lines
}
