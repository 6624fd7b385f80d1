package kube

import (
	"context"
	"errors"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
)

// listing is a consistent state of some objects.
type listing struct {
	items   []Object
	version string
}

func (c *Client) list(ctx context.Context, k kind, r Ref, selector string) (listing, error) {
	api := c.api(k, r.Namespace)
	l, err := retry(ctx, c, repeatable, timed(c, func(ctx context.Context) (listing, error) {
		l, err := api.List(ctx, selection(r, selector))
		if err != nil {
			return listing{}, err
		}
		return listing{l.Items, l.GetResourceVersion()}, nil
	}))
	if err != nil {
		return listing{}, c.explain("list", k, r, err)
	}
	return l, nil
}

func selection(r Ref, selector string) metav1.ListOptions {
	o := metav1.ListOptions{LabelSelector: selector}
	if r.Name != "" {
		o.FieldSelector = fields.OneTermEqualSelector("metadata.name", r.Name).String()
	}
	return o
}

// Watch implements Cluster.
func (c *Client) Watch(ctx context.Context, r Ref, selector string, f func(Event) error) error {
	k, err := kindOf(r.Kind)
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	w := &watcher{client: c, kind: k, ref: r, selector: selector, tell: f, known: map[string]*Object{}}
	return w.run(ctx)
}

// watcher knows what f was told, so that f learns of every change, even of a
// deletion that happened while there was no connection.
type watcher struct {
	client   *Client
	kind     kind
	ref      Ref
	selector string
	tell     func(Event) error

	known   map[string]*Object
	version string // where the next watch begins; empty: with a new list
}

// stopped is an error of the caller's function, which ends the watch.
type stopped struct{ error }

func (w *watcher) run(ctx context.Context) error {
	wait := firstWait
	for listed := false; ctx.Err() == nil; {
		began := time.Now()
		err := w.once(ctx)
		if s, ok := errors.AsType[stopped](err); ok {
			return s.error
		}
		listed = listed || len(w.known) > 0 || w.version != ""
		if again, _ := w.client.judge(err); err != nil && !again && !gone(err) || err != nil && !listed {
			if ctx.Err() != nil {
				break
			}
			return err
		}
		if wait = min(2*wait, maxWait); time.Since(began) > maxWait {
			wait = firstWait
		}
		sleep(ctx, wait)
	}
	return context.Cause(ctx)
}

// gone tells whether the server no longer knows what happened since.
func gone(err error) bool { return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) }

// once catches up and follows until the connection ends.
func (w *watcher) once(ctx context.Context) error {
	if w.version == "" {
		if err := w.relist(ctx); err != nil {
			return err
		}
	}
	opts := selection(w.ref, w.selector)
	opts.ResourceVersion, opts.AllowWatchBookmarks = w.version, true
	minutes := int64(300)
	opts.TimeoutSeconds = &minutes
	stream, err := w.client.api(w.kind, w.ref.Namespace).Watch(ctx, opts)
	if err == nil {
		defer stream.Stop()
		err = w.follow(ctx, stream.ResultChan())
	}
	if gone(err) {
		w.version = ""
	}
	if err != nil {
		if _, ok := errors.AsType[stopped](err); !ok {
			return w.client.explain("watch", w.kind, w.ref, err)
		}
	}
	return err
}

func (w *watcher) relist(ctx context.Context) error {
	l, err := w.client.list(ctx, w.kind, w.ref, w.selector)
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for i := range l.items {
		there[key(&l.items[i])] = true
		if err := w.changed(&l.items[i]); err != nil {
			return err
		}
	}
	for k, o := range w.known {
		if !there[k] {
			if err := w.deleted(o); err != nil {
				return err
			}
		}
	}
	w.version = l.version
	return nil
}

func (w *watcher) follow(ctx context.Context, events <-chan watch.Event) error {
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case e, open := <-events:
			if !open {
				return nil
			}
			if err := w.event(e); err != nil {
				return err
			}
		}
	}
}

func (w *watcher) event(e watch.Event) error {
	if e.Type == watch.Error {
		return apierrors.FromObject(e.Object)
	}
	o, ok := e.Object.(*Object)
	if !ok {
		return fmt.Errorf("unexpected %T", e.Object)
	}
	var err error
	switch e.Type {
	case watch.Added, watch.Modified:
		err = w.changed(o)
	case watch.Deleted:
		err = w.deleted(o)
	}
	w.version = o.GetResourceVersion()
	return err
}

func (w *watcher) changed(o *Object) error {
	before := w.known[key(o)]
	if before != nil && before.GetUID() == o.GetUID() && before.GetResourceVersion() == o.GetResourceVersion() {
		return nil
	}
	w.known[key(o)] = o
	return w.say(Event{Object: o})
}

func (w *watcher) deleted(o *Object) error {
	delete(w.known, key(o))
	return w.say(Event{Deleted: true, Object: o})
}

func (w *watcher) say(e Event) error {
	if err := w.tell(e); err != nil {
		return stopped{err}
	}
	return nil
}

func key(o *Object) string { return o.GetNamespace() + "/" + o.GetName() }
