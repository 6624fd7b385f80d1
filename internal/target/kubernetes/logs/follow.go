package logs

import (
	"context"
	"fmt"
	"io"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/wait"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/pods"
)

// followInterval is how often a follower looks for new instances.
const followInterval = 250 * time.Millisecond

// follower writes the lines of all instances that a query selects, also of
// those that are started later, until its context ends.
type follower struct {
	*Reader
	query deploy.LogQuery
	out   *io.PipeWriter

	mu   sync.Mutex // one line at a time
	wg   sync.WaitGroup
	seen map[string]bool // runs of instances that are or were followed
}

// followLogs ends without an error when ctx does.
func (r *Reader) followLogs(ctx context.Context, q deploy.LogQuery) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	out, in := io.Pipe()
	f := &follower{Reader: r, query: q, out: in, seen: map[string]bool{}}
	go func() {
		defer cancel()
		err := f.followAll(ctx)
		if ctx.Err() != nil {
			err = nil
		}
		in.CloseWithError(err)
	}()
	return readCloser{out, func() error { cancel(); return out.Close() }}
}

type readCloser struct {
	io.Reader
	close func() error
}

func (r readCloser) Close() error { return r.close() }

func (f *follower) followAll(ctx context.Context) error {
	defer f.wg.Wait()
	tick := time.NewTicker(followInterval)
	defer tick.Stop()
	for first := true; ; first = false {
		list, err := f.selectPods(ctx, f.query)
		if err != nil {
			return err
		}
		for _, p := range list {
			f.startRun(ctx, p, first)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// startRun follows a run of an instance that is new. The number of earlier
// lines is limited only for instances that exist from the beginning.
func (f *follower) startRun(ctx context.Context, p *corev1.Pod, first bool) {
	app, _ := pods.FindContainer(p, manifest.AppContainer)
	run := fmt.Sprintf("%s/%d", p.UID, app.RestartCount)
	if f.seen[run] {
		return
	}
	f.seen[run] = true
	q := f.query
	if !first {
		q.Tail = 0
	}
	f.wg.Go(func() { f.followRun(ctx, p.Name, q) })
}

// followRun writes the lines of one run until it ends. It reconnects after a
// lost connection, and continues after the last line.
func (f *follower) followRun(ctx context.Context, pod string, q deploy.LogQuery) {
	for ctx.Err() == nil {
		err := f.streamLines(ctx, pod, q, false, func(l logLine) error {
			q.Since, q.Tail = l.at, 0
			f.mu.Lock()
			defer f.mu.Unlock()
			_, err := io.WriteString(f.out, l.text)
			return err
		})
		if err == nil || ctx.Err() != nil {
			return
		}
		_ = wait.SleepContext(ctx, followInterval) // the loop checks ctx
		if !f.podExists(ctx, pod) {
			return
		}
	}
}

// podExists reports whether an instance may write anymore.
func (f *follower) podExists(ctx context.Context, pod string) bool {
	_, ok, err := f.cache.FindObject(ctx, "Pod", pod)
	return err != nil || ok
}
