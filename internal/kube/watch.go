package kube

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/dynamic"

	"version-manager/internal/kit/wait"
)

// listing is a consistent state of some objects.
type listing struct {
	items   []Object
	version string
}

func (c *Client) listKind(ctx context.Context, k kind, r Ref, selector string) (listing, error) {
	api := c.kindAPI(k, r.Namespace)
	l, err := retryCall(ctx, c, withTimeout(c, func(ctx context.Context) (listing, error) {
		l, err := api.List(ctx, listOptions(r, selector))
		if err != nil {
			return listing{}, err
		}
		return listing{l.Items, l.GetResourceVersion()}, nil
	}))
	if err != nil {
		return listing{}, c.explainError("list", k, r, err)
	}
	return l, nil
}

func listOptions(r Ref, selector string) metav1.ListOptions {
	o := metav1.ListOptions{LabelSelector: selector}
	if r.Name != "" {
		o.FieldSelector = fields.OneTermEqualSelector("metadata.name", r.Name).String()
	}
	return o
}

// WatchObjects implements Cluster. A connection that ends, as every one does after
// some minutes, is followed by another that goes on where it stopped.
func (c *Client) WatchObjects(ctx context.Context, r Ref, selector string, f func(Event) error) error {
	k, err := findKind(r.Kind)
	if err != nil {
		return fmt.Errorf("watch: %w", err)
	}
	l, err := c.listKind(ctx, k, r, selector)
	if err != nil {
		return err
	}
	for i := range l.items {
		if err := f(Event{Object: &l.items[i]}); err != nil {
			return err
		}
	}
	if err := f(Event{Synced: true}); err != nil {
		return err
	}
	w := watcher{version: l.version, tell: f}
	for ctx.Err() == nil {
		err := w.followEvents(ctx, c.kindAPI(k, r.Namespace), listOptions(r, selector))
		if s, ok := errors.AsType[stopped](err); ok {
			return s.error
		}
		if err != nil && ctx.Err() == nil {
			return c.explainError("watch", k, r, err)
		}
		_ = wait.SleepContext(ctx, firstWait) // for a server that ends every watch at once
	}
	return context.Cause(ctx)
}

// stopped is an error of the caller's function, which ends the watch.
type stopped struct{ error }

// watcher tells what changed since a version.
type watcher struct {
	version string
	tell    func(Event) error
}

// followEvents returns nil where the connection ended in good order.
func (w *watcher) followEvents(ctx context.Context, api dynamic.ResourceInterface, opts metav1.ListOptions) error {
	opts.ResourceVersion, opts.AllowWatchBookmarks, opts.TimeoutSeconds = w.version, true, new(int64(300))
	stream, err := api.Watch(ctx, opts)
	if err != nil {
		return err
	}
	defer stream.Stop()
	for {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case e, open := <-stream.ResultChan():
			if !open {
				return nil
			}
			if err := w.handleEvent(e); err != nil {
				return err
			}
		}
	}
}

func (w *watcher) handleEvent(e watch.Event) error {
	if e.Type == watch.Error {
		return apierrors.FromObject(e.Object)
	}
	o, ok := e.Object.(*Object)
	if !ok {
		return fmt.Errorf("unexpected %T", e.Object)
	}
	w.version = o.GetResourceVersion()
	if e.Type == watch.Bookmark {
		return nil
	}
	if err := w.tell(Event{Deleted: e.Type == watch.Deleted, Object: o}); err != nil {
		return stopped{err}
	}
	return nil
}
