package kubernetes

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

// TestNoCopyOfASecretSurvives deploys, rotates, cleans up, and looks for both
// values in everything that the namespace holds, packed or not.
func TestNoCopyOfASecretSurvives(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := func(version release.Version, value string) deploy.Spec {
		return deploy.Spec{Release: shop(version), Replicas: 1, Secrets: map[string]string{"TOKEN": value}}
	}
	backUp := func(id string) {
		_, err := s.BackUpState(t.Context(), id)
		w.Must(err)
	}
	w.Must(s.ApplySpec(t.Context(), color.Blue, spec("v1.0.0", "first-value")))
	w.putOldBackup("shop-backup-000001", "first-value")
	w.PutJSON(`{"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/backup", "metadata": {"name": "shop-backup-000002", "namespace": "shop", "labels": {
		"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/keeps": "backup"}}, "data": {"content.gz": "bm90IGd6aXA="}}`)
	backUp("3")
	if w.GetObject("Secret", "shop-backup-000001") == nil || w.GetObject("Secret", "shop-backup-000002") != nil {
		t.Error("want the readable old backup to be kept and the unreadable one to be deleted")
	}
	w.Must(s.ApplySpec(t.Context(), color.Green, spec("v1.1.0", "second-value")))
	backUp("4")
	w.Must(s.RetireColor(t.Context(), color.Blue))
	w.lacks("first-value", "after rotation")
	w.putOldBackup("shop-backup-000005", "second-value")
	w.Must(s.RemoveApp(t.Context()))
	w.lacks("first-value", "after cleanup")
	w.lacks("second-value", "after cleanup")
}

// lacks fails if a value stands anywhere in the namespace, in plain text, in
// base64, or in what is packed.
func (w world) lacks(value, when string) {
	w.Helper()
	encoded := base64.StdEncoding.EncodeToString([]byte(value))
	for _, kind := range append(objects.AppKinds(), "Pod", "Lease") {
		list, err := w.Server.NewClient(w, "shop").ListObjects(w.Context(), kube.Ref{Kind: kind, Namespace: "shop"}, "")
		w.Must(err)
		for i := range list {
			text, err := list[i].MarshalJSON()
			w.Must(err)
			if content, err := unpackBackup(&list[i]); err == nil {
				text = append(text, content...)
			}
			if strings.Contains(string(text), value) || strings.Contains(string(text), encoded) {
				w.Errorf("%s, %s %s has %q", when, kind, list[i].GetName(), value)
			}
		}
	}
}

// putOldBackup creates a backup as earlier versions did, with a Secret in it.
func (w world) putOldBackup(name, value string) {
	w.Helper()
	var packed bytes.Buffer
	z := gzip.NewWriter(&packed)
	_, err := io.WriteString(z, "---\napiVersion: v1\nkind: Secret\nmetadata: {name: shop-blue-secrets}\ndata: {TOKEN: "+base64.StdEncoding.EncodeToString([]byte(value))+"}\n")
	w.Must(errors.Join(err, z.Close()))
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/backup", "metadata": {"name": %q, "namespace": "shop", "labels": {
		"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/keeps": "backup"}}, "data": {"content.gz": %q}}`,
		name, base64.StdEncoding.EncodeToString(packed.Bytes())))
}

// unpackBackup unpacks what the history keeps in a Secret.
func unpackBackup(o *kube.Object) ([]byte, error) {
	packed, err := base64.StdEncoding.DecodeString(objects.TextField(o, "data", "content.gz"))
	if err != nil {
		return nil, err
	}
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(z)
}
