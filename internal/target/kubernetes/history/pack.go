package history

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kube"
)

const (
	contentKey       = "content.gz"
	maxPackedBytes   = 1000 << 10 // of a Secret, which may have 1 MiB
	maxUnpackedBytes = 64 << 20   // that one may unpack to
)

var errTooLarge = errors.New("too large for a Secret")

// packContent compresses content for a Secret.
func packContent(content []byte) (string, error) {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(content); err != nil {
		return "", err
	}
	if err := z.Close(); err != nil {
		return "", err
	}
	if b.Len() > maxPackedBytes {
		return "", fmt.Errorf("%d KiB, compressed %d KiB: %w", len(content)>>10, b.Len()>>10, errTooLarge)
	}
	return base64.StdEncoding.EncodeToString(b.Bytes()), nil
}

func unpackContent(o *kube.Object) ([]byte, error) {
	secret, err := kube.ConvertObject[corev1.Secret](o)
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(secret.Data[contentKey]))
	if err != nil {
		return nil, fmt.Errorf("secret %s: %w", o.GetName(), err)
	}
	content, err := io.ReadAll(io.LimitReader(z, maxUnpackedBytes+1))
	if err == nil && len(content) > maxUnpackedBytes {
		err = fmt.Errorf("secret %s: unpacks to more than %d MiB", o.GetName(), maxUnpackedBytes>>20)
	}
	return content, err
}
