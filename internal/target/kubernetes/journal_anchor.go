package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// The anchor is a ConfigMap with the app's name. It owns what has to outlive
// everything else: journals, reports and backups. Whoever deletes it, or the
// namespace, deletes the app's history.
const (
	anchorDeploys     = "deploys"     // the number of the newest deploy
	anchorKept        = "kept"        // which others there are; see journal_roll.go
	anchorPropagation = "propagation" // see propagation.go
	anchorTerm        = "term"        // of the newest lock, should the Lease be lost
)

const (
	keepsJournal    = "journal"
	keepsAttachment = "attachment"
	keepsBackup     = "backup"
)

// labelDeploy is the id of the deploy that something is kept of.
const labelDeploy = "version-manager.io/deploy"

// ensureAnchor makes the anchor where it is missing.
func (s *session) ensureAnchor(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.anchorID != "" {
		return nil
	}
	return s.guarded(ctx, "make the anchor", func(ctx context.Context) error {
		o, err := s.app.Kube.Get(ctx, s.app.ObjectRef("ConfigMap", s.app.Name))
		if kube.IsNotFound(err) {
			if err := s.verify(ctx); err != nil {
				return err
			}
			o, err = s.app.Kube.Create(ctx, s.anchorObject())
		}
		if err != nil {
			return err
		}
		if err := s.app.CheckOwner(o); err != nil {
			return err
		}
		s.anchorID = string(o.GetUID())
		return nil
	})
}

func (t *Target) anchorObject() *kube.Object {
	o := &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap",
		"data": map[string]any{anchorDeploys: "0"},
	}}
	t.app.SetIdentity(o, t.app.Name)
	return o
}

// kept makes an empty Secret that the anchor owns. It is a Secret because a
// journal holds configuration, and a backup everything.
func (s *session) kept(ctx context.Context, name, keeps, deploy string) (*kube.Object, error) {
	if err := s.ensureAnchor(ctx); err != nil {
		return nil, err
	}
	o := &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/" + keeps,
	}}
	s.app.SetIdentity(o, name)
	labels := o.GetLabels()
	labels[objects.KeepsLabel], labels[labelDeploy] = keeps, deploy
	o.SetLabels(labels)
	o.Object["metadata"].(map[string]any)["ownerReferences"] = []any{map[string]any{
		"apiVersion": "v1", "kind": "ConfigMap", "name": s.app.Name, "uid": s.anchorID,
	}}
	return o, nil
}

// anchor reads the anchor; before the first deploy it is one without values.
func (t *Target) anchor(ctx context.Context) (*kube.Object, error) {
	o, err := t.app.Kube.Get(ctx, t.app.ObjectRef("ConfigMap", t.app.Name))
	if kube.IsNotFound(err) {
		return &kube.Object{}, nil
	}
	return o, err
}

// anchorData reads one value of the anchor; "" where there is none.
func (t *Target) anchorData(ctx context.Context, key string) (string, error) {
	o, err := t.anchor(ctx)
	if err != nil {
		return "", err
	}
	return objects.TextField(o, "data", key), nil
}

// setAnchorData writes values of the anchor.
func (s *session) setAnchorData(ctx context.Context, values map[string]string) error {
	_, err := s.edit(ctx, "ConfigMap", s.app.Name, func(o *kube.Object) (changed bool, err error) {
		for key, value := range values {
			changed = changed || objects.TextField(o, "data", key) != value
			err = errors.Join(err, objects.SetTextField(o, value, "data", key))
		}
		return changed, err
	})
	return err
}

// noteTerm keeps the number of the lock that we have.
func (s *session) noteTerm(ctx context.Context) error {
	return s.setAnchorData(ctx, map[string]string{anchorTerm: strconv.FormatInt(s.term.Load(), 10)})
}

// lastTerm is the number of the newest lock, 0 where that is not known.
func (t *Target) lastTerm(ctx context.Context) (int, error) {
	o, err := t.anchor(ctx)
	if err != nil {
		return 0, err
	}
	n, err := t.numberOf(o, anchorTerm)
	if err != nil {
		return 0, nil // somebody has changed it
	}
	return n, nil
}

// numberOf is a number of the anchor, 0 where there is none.
func (t *Target) numberOf(anchor *kube.Object, key string) (int, error) {
	text := objects.TextField(anchor, "data", key)
	if text == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("ConfigMap %s: %s is %q, which is no number", t.app.Name, key, text)
	}
	return n, nil
}
