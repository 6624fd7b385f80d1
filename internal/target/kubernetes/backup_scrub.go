package kubernetes

import (
	"bytes"
	"context"

	"sigs.k8s.io/yaml"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// scrubbedNote on a backup says that there are no secret values in it.
const scrubbedNote = "version-manager.io/no-secret-values"

// scrubBackups removes secret values from backups that an earlier version of
// this program made. A backup that cannot be read is deleted: nobody could
// restore it, and nobody can tell what is in it.
func (s *session) scrubBackups(ctx context.Context) error {
	list, err := s.app.Kube.List(ctx, s.app.ObjectRef("Secret", ""), s.app.LabelSelector()+","+objects.KeepsLabel+"="+keepsBackup)
	if err != nil {
		return err
	}
	for i := range list {
		o := &list[i]
		if o.GetAnnotations()[scrubbedNote] != "" {
			continue
		}
		if err := s.scrubBackup(ctx, o); err != nil {
			return err
		}
	}
	return nil
}

func (s *session) scrubBackup(ctx context.Context, o *kube.Object) error {
	content, err := unpack(o)
	if err != nil {
		return s.delete(ctx, "Secret", o.GetName())
	}
	packed, err := pack(withoutSecrets(content))
	if err != nil {
		return s.delete(ctx, "Secret", o.GetName())
	}
	_, err = s.edit(ctx, "Secret", o.GetName(), func(o *kube.Object) (bool, error) {
		o.Object["data"] = map[string]any{contentKey: packed}
		objects.SetAnnotation(o, scrubbedNote, "true")
		return true, nil
	})
	if kube.IsNotFound(err) {
		return nil
	}
	return err
}

// withoutSecrets leaves those documents out that are Secrets, or are no
// objects at all.
func withoutSecrets(content []byte) []byte {
	var kept bytes.Buffer
	content = append([]byte("\n"), content...)
	for doc := range bytes.SplitSeq(content, []byte("\n---\n")) {
		var o kube.Object
		if yaml.Unmarshal(doc, &o.Object) != nil || len(o.Object) == 0 {
			continue
		}
		if o.GetKind() == "Secret" {
			kept.WriteString(withheld(&o))
			continue
		}
		kept.WriteString("---\n")
		kept.Write(bytes.TrimSuffix(doc, []byte("\n")))
		kept.WriteByte('\n')
	}
	return kept.Bytes()
}
