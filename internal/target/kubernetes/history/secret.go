package history

import (
	"context"
	"fmt"
	"regexp"

	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// Values of objects.KeepsLabel.
const (
	keepsJournal    = "journal"
	keepsAttachment = "attachment"
	keepsBackup     = "backup"
)

// deployLabel on a Secret is the id of the deploy that it belongs to.
const deployLabel = "version-manager.io/deploy"

// attachmentPattern matches file names that can be part of a Secret's name.
var attachmentPattern = regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,98}[a-z0-9])?$`)

// attachmentName is the Secret of an attachment.
func (r Reader) attachmentName(id, name string) (string, error) {
	of, err := r.journalName(id)
	if err != nil {
		return "", err
	}
	if !attachmentPattern.MatchString(name) {
		return "", fmt.Errorf("attachment %q: %w: not a file name that a cluster can keep", name, journal.ErrNotFound)
	}
	return of + "-" + name, nil
}

// newSecret is an empty Secret that the anchor owns. Everything is kept in
// Secrets, because journals and backups hold the app's configuration.
func (w *Writer) newSecret(ctx context.Context, name, keeps, deploy string) (*kube.Object, error) {
	o := &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/" + keeps,
	}}
	w.app.SetIdentity(o, name)
	labels := o.GetLabels()
	labels[objects.KeepsLabel], labels[deployLabel] = keeps, deploy
	o.SetLabels(labels)
	return o, w.out.SetAnchorOwner(ctx, o)
}

// AttachFile implements [journal.Writer].
func (w *Writer) AttachFile(ctx context.Context, id, name string, content []byte) error {
	secret, err := w.attachmentName(id, name)
	if err != nil {
		return err
	}
	if err := w.writeSecret(ctx, secret, keepsAttachment, id, content); err != nil {
		return fmt.Errorf("attach %s to deploy %s: %w", name, id, err)
	}
	return nil
}

// writeSecret creates a Secret with the content, or replaces its content.
func (w *Writer) writeSecret(ctx context.Context, name, keeps, deploy string, content []byte) error {
	packed, err := packContent(content)
	if err != nil {
		return err
	}
	if err := w.out.VerifyHeld(ctx); err != nil {
		return err
	}
	o, err := w.newSecret(ctx, name, keeps, deploy)
	if err != nil {
		return err
	}
	o.Object["data"] = map[string]any{contentKey: packed}
	if keeps == keepsBackup {
		objects.SetAnnotation(o, scrubbedAnnotation, "true")
	}
	return fenced.RetryConflicts(ctx, "write Secret "+name, func(ctx context.Context) error {
		have, err := w.app.Kube.GetObject(ctx, w.app.ObjectRef("Secret", name))
		if err != nil && !kube.IsNotFound(err) {
			return err
		}
		if have != nil {
			if err := w.app.CheckOwner(have); err != nil {
				return err
			}
		}
		if err := w.out.VerifyHeld(ctx); err != nil {
			return err
		}
		if have == nil {
			_, err = w.app.Kube.CreateObject(ctx, o)
			return err
		}
		next := o.DeepCopy()
		next.SetResourceVersion(have.GetResourceVersion())
		_, err = w.app.Kube.UpdateObject(ctx, next)
		return err
	})
}
