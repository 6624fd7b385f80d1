// Package logs reads and follows the logs of an app's instances.
//
// It knows pods and colors, and changes nothing.
package logs

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
	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/pods"
)

// Reader reads logs.
type Reader struct {
	app   *objects.App
	cache *cache.Store
}

// NewReader returns a reader that makes no requests before it is used.
func NewReader(app *objects.App, c *cache.Store) *Reader { return &Reader{app, c} }

// ReadLogs returns the lines that a query selects. A line is
// "instance | text". If an app was restarted, its last lines before that are
// among them.
func (r *Reader) ReadLogs(ctx context.Context, q deploy.LogQuery) (io.ReadCloser, error) {
	if q.Follow {
		return r.followLogs(ctx, q), nil
	}
	list, err := r.selectPods(ctx, q)
	if err != nil {
		return nil, err
	}
	all := make([][]logLine, len(list))
	errs := make([]error, len(list))
	var wg sync.WaitGroup
	for i, p := range list {
		wg.Go(func() { all[i], errs[i] = r.readPod(ctx, p, q) })
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

// selectPods returns the pods whose lines a query selects, with those that are
// terminating.
func (r *Reader) selectPods(ctx context.Context, q deploy.LogQuery) (list []*corev1.Pod, err error) {
	colors, err := r.cache.ReadColors(ctx)
	for c, s := range colors {
		for _, p := range s.Pods {
			if (q.Color == "" || q.Color == c) && (q.Instance == "" || q.Instance == p.Name) && pods.AppStarted(p) {
				list = append(list, p)
			}
		}
	}
	return list, err
}

// readPod reads what an app wrote, and what it wrote before its last restart.
func (r *Reader) readPod(ctx context.Context, p *corev1.Pod, q deploy.LogQuery) (list []logLine, err error) {
	app, _ := pods.FindContainer(p, manifest.AppContainer)
	runs := []bool{false}
	if app.RestartCount > 0 {
		runs = []bool{true, false}
	}
	for _, previous := range runs {
		err := r.streamLines(ctx, p.Name, q, previous, func(l logLine) error {
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

// streamLines calls f with the lines of one run of an app as they arrive.
func (r *Reader) streamLines(ctx context.Context, pod string, q deploy.LogQuery, previous bool, f func(logLine) error) error {
	stream, err := r.app.Kube.StreamLogs(ctx, r.app.ObjectRef("Pod", pod), kube.LogQuery{
		Container: manifest.AppContainer, Tail: q.Tail, Follow: q.Follow, Previous: previous, Since: secondsSince(q.Since), Stamped: true,
	})
	if err != nil {
		return err
	}
	defer stream.Close()
	return scanLines(stream, pod, q.Since, f)
}

// secondsSince is how many seconds ago an instant was, rounded up; 0 for the
// zero time.
func secondsSince(at time.Time) int {
	if at.IsZero() {
		return 0
	}
	return int(max(0, time.Since(at))/time.Second) + 1
}
