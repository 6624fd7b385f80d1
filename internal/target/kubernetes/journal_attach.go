package kubernetes

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"regexp"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	contentKey = "content.gz"
	mostPacked = 1000 << 10 // bytes of a Secret, which may have 1 MiB
	mostPlain  = 64 << 20   // bytes that one may unpack to
)

var errTooLarge = errors.New("too large to be kept in a Secret")

// Attachment implements [journal.Reader].
func (h history) Attachment(ctx context.Context, id, name string) ([]byte, error) {
	secret, err := h.attachmentName(id, name)
	if err != nil {
		return nil, err
	}
	o, err := h.readKept(ctx, secret, fmt.Sprintf("deploy %s, %s", id, name))
	if err != nil {
		return nil, err
	}
	content, err := unpack(o)
	if err != nil {
		return nil, fmt.Errorf("%s of deploy %s: %w", name, id, err)
	}
	return content, nil
}

// Attach implements [journal.Writer].
func (w writer) Attach(ctx context.Context, id, name string, content []byte) error {
	secret, err := w.attachmentName(id, name)
	if err != nil {
		return err
	}
	if err := w.keep(ctx, secret, keepsAttachment, id, content); err != nil {
		return fmt.Errorf("attach %s to deploy %s: %w", name, id, err)
	}
	return nil
}

// keep makes a Secret with the content, or replaces its content.
func (s *session) keep(ctx context.Context, name, keeps, deploy string, content []byte) error {
	packed, err := pack(content)
	if err != nil {
		return err
	}
	if err := s.verify(ctx); err != nil {
		return err
	}
	o, err := s.kept(ctx, name, keeps, deploy)
	if err != nil {
		return err
	}
	o.Object["data"] = map[string]any{contentKey: packed}
	if keeps == keepsBackup {
		objects.SetAnnotation(o, scrubbedNote, "true")
	}
	return s.guarded(ctx, "keep Secret "+name, func(ctx context.Context) error {
		have, err := s.app.Kube.Get(ctx, s.app.ObjectRef("Secret", name))
		if err != nil && !kube.IsNotFound(err) {
			return err
		}
		if have != nil {
			if err := s.app.CheckOwner(have); err != nil {
				return err
			}
		}
		if err := s.verify(ctx); err != nil {
			return err
		}
		if have == nil {
			_, err = s.app.Kube.Create(ctx, o)
			return err
		}
		next := o.DeepCopy()
		next.SetResourceVersion(have.GetResourceVersion())
		_, err = s.app.Kube.Update(ctx, next)
		return err
	})
}

// attachmentName is the Secret of an attachment.
func (t *Target) attachmentName(id, name string) (string, error) {
	of, err := t.journalName(id)
	if err != nil {
		return "", err
	}
	if !regexp.MustCompile(`^[a-z0-9]([-a-z0-9.]{0,98}[a-z0-9])?$`).MatchString(name) {
		return "", fmt.Errorf("attachment %q: %w: not a file name that a cluster can keep", name, journal.ErrNotFound)
	}
	return of + "-" + name, nil
}

// pack makes content fit for a Secret.
func pack(content []byte) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	if b.Len() > mostPacked {
		return "", fmt.Errorf("%d KiB, packed %d KiB: %w", len(content)>>10, b.Len()>>10, errTooLarge)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func unpack(o *kube.Object) ([]byte, error) {
	secret, err := kube.As[corev1.Secret](o)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(secret.Data[contentKey]))
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", o.GetName(), err)
	}
	content, err := io.ReadAll(io.LimitReader(z, mostPlain+1))
	if err == nil && len(content) > mostPlain {
		err = errors.New("more than it could ever have been")
	}
	return content, err
}
