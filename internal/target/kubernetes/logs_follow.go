package kubernetes

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

// follower writes the lines of all instances that a query asks for, also of
// those that are started later, until it is told to end.
type follower struct {
	*Target
	query deploy.LogQuery
	out   *io.PipeWriter

	mu   sync.Mutex // one line at a time
	wg   sync.WaitGroup
	seen map[string]bool // lives of instances that are or were followed
}

// followLogs ends without an error when ctx does: that is the way to end it.
func (t *Target) followLogs(ctx context.Context, q deploy.LogQuery) io.ReadCloser {
	ctx, cancel := context.WithCancel(ctx)
	r, w := io.Pipe()
	f := &follower{Target: t, query: q, out: w, seen: map[string]bool{}}
	go func() {
		defer cancel()
		err := f.run(ctx)
		if ctx.Err() != nil {
			err = nil
		}
		w.CloseWithError(err)
	}()
	return readCloser{r, func() error { cancel(); return r.Close() }}
}

type readCloser struct {
	io.Reader
	close func() error
}

func (r readCloser) Close() error { return r.close() }

func (f *follower) run(ctx context.Context) error {
	defer f.wg.Wait()
	tick := time.NewTicker(followEvery)
	defer tick.Stop()
	for first := true; ; first = false {
		pods, err := f.logged(ctx, f.query)
		if err != nil {
			return err
		}
		for _, p := range pods {
			f.join(ctx, p, first)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// join follows a life of an instance that is new to us. What it said before
// we came is only cut for those that were there at the beginning.
func (f *follower) join(ctx context.Context, p *corev1.Pod, first bool) {
	app, _ := pods.FindContainer(p, manifest.AppContainer)
	life := fmt.Sprintf("%s/%d", p.UID, app.RestartCount)
	if f.seen[life] {
		return
	}
	f.seen[life] = true
	q := f.query
	if !first {
		q.Tail = 0
	}
	f.wg.Go(func() { f.follow(ctx, p.Name, q) })
}

// follow writes the lines of one life until it ends. A connection that breaks
// is made again, from the last line on.
func (f *follower) follow(ctx context.Context, pod string, q deploy.LogQuery) {
	for ctx.Err() == nil {
		err := f.stream(ctx, pod, q, false, func(l logLine) error {
			q.Since, q.Tail = l.at, 0
			f.mu.Lock()
			defer f.mu.Unlock()
			_, err := io.WriteString(f.out, l.text)
			return err
		})
		if err == nil || ctx.Err() != nil {
			return
		}
		_ = wait.SleepContext(ctx, followEvery) // lives looks at ctx
		if !f.lives(ctx, pod) {
			return
		}
	}
}

// lives reports whether an instance can say any more.
func (f *follower) lives(ctx context.Context, pod string) bool {
	_, ok, err := f.cache.FindObject(ctx, "Pod", pod)
	return err != nil || ok
}
