package fenced

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// The anchor is a ConfigMap with the app's name. It owns what must outlive
// everything else: journals, reports and backups. Deleting it, or the
// namespace, deletes the app's history.

const (
	// NewestDeployKey is the anchor's key for the number of the newest deploy.
	NewestDeployKey = "deploys"
	termKey         = "term" // of the newest lock, in case the Lease is lost
)

// ReadAnchor reads the anchor; before the first deploy it is one without
// values and without a name.
func ReadAnchor(ctx context.Context, app *objects.App) (*kube.Object, error) {
	o, err := app.Kube.GetObject(ctx, app.ObjectRef("ConfigMap", app.Name))
	if kube.IsNotFound(err) {
		return &kube.Object{}, nil
	}
	return o, err
}

// AnchorValue is one value of an anchor that was read; "" where none exists.
func AnchorValue(anchor *kube.Object, key string) string {
	return objects.TextField(anchor, "data", key)
}

// AnchorNumber is a number of an anchor that was read, 0 where none exists.
func AnchorNumber(anchor *kube.Object, key string) (int, error) {
	text := AnchorValue(anchor, key)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("ConfigMap %s: %s is %q, not a number", anchor.GetName(), key, text)
	}
	return n, nil
}

// readLastTerm is the number of the newest lock, 0 if it is unknown.
func readLastTerm(ctx context.Context, app *objects.App) (int, error) {
	o, err := ReadAnchor(ctx, app)
	if err != nil {
		return 0, err
	}
	n, err := AnchorNumber(o, termKey)
	if err != nil {
		return 0, nil // somebody has changed it
	}
	return n, nil
}

// EnsureAnchor creates the anchor if it is missing.
func (w *Writer) EnsureAnchor(ctx context.Context) error {
	w.anchorMu.Lock()
	defer w.anchorMu.Unlock()
	if w.anchorUID != "" {
		return nil
	}
	return RetryConflicts(ctx, "create the anchor", func(ctx context.Context) error {
		o, err := w.app.Kube.GetObject(ctx, w.app.ObjectRef("ConfigMap", w.app.Name))
		if kube.IsNotFound(err) {
			if err := w.VerifyHeld(ctx); err != nil {
				return err
			}
			o, err = w.app.Kube.CreateObject(ctx, newAnchor(w.app))
		}
		if err != nil {
			return err
		}
		if err := w.app.CheckOwner(o); err != nil {
			return err
		}
		w.anchorUID = string(o.GetUID())
		return nil
	})
}

func newAnchor(app *objects.App) *kube.Object {
	o := &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"data": map[string]any{NewestDeployKey: "0"},
	}}
	app.SetIdentity(o, app.Name)
	return o
}

// SetAnchorOwner makes the anchor the owner of an object that is yet to be
// created.
func (w *Writer) SetAnchorOwner(ctx context.Context, o *kube.Object) error {
	if err := w.EnsureAnchor(ctx); err != nil {
		return err
	}
	o.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "name": w.app.Name, "uid": w.anchorUID,
	}}
	return nil
}

// SetAnchorValues writes values of the anchor.
func (w *Writer) SetAnchorValues(ctx context.Context, values map[string]string) error {
	_, err := w.EditObject(ctx, "ConfigMap", w.app.Name, func(o *kube.Object) (changed bool, err error) {
		for key, value := range values {
			changed = changed || AnchorValue(o, key) != value
			err = errors.Join(err, objects.SetTextField(o, value, "data", key))
		}
		return changed, err
	})
	return err
}

// NoteTerm notes the number of our lock at the anchor. It must happen before
// anything else is written under the lock.
func (w *Writer) NoteTerm(ctx context.Context) error {
	return w.SetAnchorValues(ctx, map[string]string{termKey: strconv.FormatInt(w.term.Load(), 10)})
}
