package history

import (
	"bytes"
	"fmt"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/journal"
	"version-manager/internal/kube"
)

// checkNext reports whether a record exists already as the last one, and fails
// if it is neither that nor the next.
func checkNext(o *kube.Object, r journal.Record) (exists bool, err error) {
	list, err := parseRecords(o)
	if err != nil {
		return false, err
	}
	return journal.CheckNext(list, r)
}

// parseRecords reads the records of a journal. As in a file, a damaged last
// one was never written, and damage before it is an error.
func parseRecords(o *kube.Object) (list []journal.Record, err error) {
	secret, err := kube.ConvertObject[corev1.Secret](o)
	if err != nil {
		return nil, err
	}
	for seq := 1; seq <= len(secret.Data); seq++ {
		r, err := journal.Decode(bytes.TrimSuffix(secret.Data[recordKey(seq)], []byte("\n")))
		if err == nil && r.Seq != seq {
			err = fmt.Errorf("it contains record %d", r.Seq)
		}
		if err != nil && seq == len(secret.Data) && secret.Data[recordKey(seq)] != nil {
			return list, nil
		}
		if err != nil {
			return list, fmt.Errorf("record %d: %w", seq, err)
		}
		list = append(list, r)
	}
	return list, nil
}

func recordKey(seq int) string { return fmt.Sprintf("%06d", seq) }
