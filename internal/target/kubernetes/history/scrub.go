package history

import (
	"bytes"
	"context"

	"sigs.k8s.io/yaml"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// scrubbedAnnotation on a backup says that it holds no secret values.
const scrubbedAnnotation = "version-manager.io/no-secret-values"

// ScrubBackups removes secret values from backups that an earlier version of
// this program made. A backup that cannot be read is deleted: nobody could
// restore it, and nobody can tell what is in it.
func (w *Writer) ScrubBackups(ctx context.Context) error {
	list, err := w.listBackups(ctx)
	if err != nil {
		return err
	}
	for i := range list {
		o := &list[i]
		if o.GetAnnotations()[scrubbedAnnotation] != "" {
			continue
		}
		if err := w.scrubBackup(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (w *Writer) scrubBackup(ctx context.Context, o *kube.Object) error {
	content, err := unpackContent(o)
	if err != nil {
		return w.out.DeleteObject(ctx, "Secret", o.GetName())
	}
	packed, err := packContent(withoutSecrets(content))
	if err != nil {
		return w.out.DeleteObject(ctx, "Secret", o.GetName())
	}
	_, err = w.out.EditObject(ctx, "Secret", o.GetName(), func(o *kube.Object) (bool, error) {
		o.Object["data"] = map[string]any{contentKey: packed}
		objects.SetAnnotation(o, scrubbedAnnotation, "true")
		return true, nil
	})
	if kube.IsNotFound(err) {
		return nil
	}
	return err
}

// withoutSecrets leaves out documents that are Secrets, or no objects at all.
func withoutSecrets(content []byte) []byte {
	var kept bytes.Buffer
	content = append([]byte("\n"), content...)
	for doc := range bytes.SplitSeq(content, []byte("\n---\n")) {
		var o kube.Object
		if yaml.Unmarshal(doc, &o.Object) != nil || len(o.Object) == 0 {
			continue
		}
		if o.GetKind() == "Secret" {
			kept.WriteString(secretComment(&o))
			continue
		}
		kept.WriteString("---\n")
		kept.Write(bytes.TrimSuffix(doc, []byte("\n")))
		kept.WriteByte('\n')
	}
	return kept.Bytes()
}
