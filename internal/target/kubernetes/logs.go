package kubernetes

import (
	"context"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/pods"
)

// followEvery is how often a follower looks for new instances.
const followEvery = 250 * time.Millisecond

// Logs implements [deploy.Target]. A line is "instance | text". Of an app that
// was started again the last words before that are among them.
func (t *Target) Logs(ctx context.Context, q deploy.LogQuery) (io.ReadCloser, error) {
	if q.Follow {
		return t.followLogs(ctx, q), nil
	}
	pods, err := t.logged(ctx, q)
	if err != nil {
		return nil, err
	}
	all := make([][]logLine, len(pods))
	errs := make([]error, len(pods))
	var wg sync.WaitGroup
	for i, p := range pods {
		wg.Go(func() { all[i], errs[i] = t.lines(ctx, p, q) })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	lines := slices.Concat(all...)
	slices.SortStableFunc(lines, func(a, b logLine) int { return a.at.Compare(b.at) })
	var text strings.Builder
	for _, l := range lines {
		text.WriteString(l.text)
	}
	return io.NopCloser(strings.NewReader(text.String())), nil
}

// logged are the pods whose lines a query asks for, among them such as end.
func (t *Target) logged(ctx context.Context, q deploy.LogQuery) (list []*corev1.Pod, err error) {
	colors, err := t.cache.ReadColors(ctx)
	for c, s := range colors {
		for _, p := range s.Pods {
			if (q.Color == "" || q.Color == c) && (q.Instance == "" || q.Instance == p.Name) && pods.AppStarted(p) {
				list = append(list, p)
			}
		}
	}
	return list, err
}

// logLine is one line as it is shown.
type logLine struct {
	at   time.Time
	text string
}

// lines reads what an app said, in this life and in the one before.
func (t *Target) lines(ctx context.Context, p *corev1.Pod, q deploy.LogQuery) (list []logLine, err error) {
	app, _ := pods.FindContainer(p, manifest.AppContainer)
	lives := []bool{false}
	if app.RestartCount > 0 {
		lives = []bool{true, false}
	}
	for _, previous := range lives {
		err := t.stream(ctx, p.Name, q, previous, func(l logLine) error {
			list = append(list, l)
			return nil
		})
		if err != nil && !previous && !kube.IsNotFound(err) {
			return nil, err
		}
	}
	if q.Tail > 0 {
		list = list[max(0, len(list)-q.Tail):]
	}
	return list, nil
}

// stream gives f the lines of one life of an app as they come.
func (t *Target) stream(ctx context.Context, pod string, q deploy.LogQuery, previous bool, f func(logLine) error) error {
	r, err := t.app.Kube.Logs(ctx, t.app.ObjectRef("Pod", pod), kube.LogQuery{
		Container: manifest.AppContainer, Tail: q.Tail, Follow: q.Follow, Previous: previous, Since: since(q.Since), Stamped: true,
	})
	if err != nil {
		return err
	}
	defer r.Close()
	return scan(r, pod, q.Since, f)
}

// since is how many seconds ago that was, and at least one.
func since(at time.Time) int {
	if at.IsZero() {
		return 0
	}
	return int(max(0, time.Since(at))/time.Second) + 1
}
