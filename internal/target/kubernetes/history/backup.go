package history

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/kit/names"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

const maxBackups = 10

// WriteBackup keeps all objects of the app, except for its history and its
// secrets, in the form that kubectl apply takes, and returns where. It is a
// Secret, because the environment of an app is confidential. To restore one:
//
//	kubectl get secret -n shop shop-backup-000012 -o 'go-template={{index .data "content.gz"}}' |
//	  base64 -d | gunzip | kubectl apply -f -
func (w *Writer) WriteBackup(ctx context.Context, id string) (string, error) {
	name, err := w.backupName(id)
	if err != nil {
		return "", err
	}
	if err := w.out.VerifyHeld(ctx); err != nil {
		return "", err
	}
	content, err := w.exportObjects(ctx)
	if err != nil {
		return "", fmt.Errorf("back up the app: %w", err)
	}
	if err := w.writeSecret(ctx, name, keepsBackup, filepath.Base(id), content); err != nil {
		return "", fmt.Errorf("back up the app: %w", err)
	}
	if err := w.checkBackup(ctx, name, content); err != nil {
		return "", fmt.Errorf("read backup %s back: %w", name, err)
	}
	w.deleteOldBackups(ctx)
	if err := w.ScrubBackups(ctx); err != nil {
		return "", fmt.Errorf("remove secret values from older backups: %w", err)
	}
	return "secret " + w.app.Namespace + "/" + name, nil
}

func (w *Writer) backupName(id string) (string, error) {
	if n, err := strconv.Atoi(id); err == nil && n > 0 {
		id = fmt.Sprintf("%06d", n)
	}
	if !names.IsBackupName(id) {
		return "", problem.New(problem.Usage, "", "invalid backup name %q", id)
	}
	return w.app.Name + "-backup-" + id, nil
}

// exportObjects returns everything that makes up the app, as YAML documents.
// Secrets are only named: a copy of their values would outlive both their
// rotation and the app.
func (w *Writer) exportObjects(ctx context.Context) ([]byte, error) {
	var all []*kube.Object
	var secrets []string
	for _, kind := range objects.AppKinds() {
		list, err := w.app.ListAppObjects(ctx, kind)
		if kube.IsNoKind(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if kind == "ConfigMap" && o.GetName() == w.app.Name {
				continue // the anchor: once restored, it would list journals that do not exist
			}
			if kind == "Secret" {
				secrets = append(secrets, secretComment(&o))
				continue
			}
			all = append(all, restorableCopy(&o))
		}
	}
	var b bytes.Buffer
	b.WriteString(strings.Join(secrets, ""))
	err := manifest.WriteYAML(&b, all)
	return b.Bytes(), err
}

// secretComment replaces a Secret in a backup.
func secretComment(o *kube.Object) string {
	data, _ := o.Object["data"].(map[string]any)
	return fmt.Sprintf("# Secret %s with %s is not in this backup: secret values are not copied\n",
		o.GetName(), strings.Join(slices.Sorted(maps.Keys(data)), ", "))
}

// restorableCopy leaves out what the cluster wrote into an object, and the
// copy of it that kubectl apply keeps.
func restorableCopy(o *kube.Object) *kube.Object {
	o = o.DeepCopy()
	for _, name := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "ownerReferences"} {
		unstructured.RemoveNestedField(o.Object, "metadata", name)
	}
	unstructured.RemoveNestedField(o.Object, "metadata", "annotations", corev1.LastAppliedConfigAnnotation)
	unstructured.RemoveNestedField(o.Object, "status")
	if o.GetKind() == "Service" { // the addresses may be taken when it is restored
		unstructured.RemoveNestedField(o.Object, "spec", "clusterIP")
		unstructured.RemoveNestedField(o.Object, "spec", "clusterIPs")
	}
	return o
}

// checkBackup reads a backup back.
func (w *Writer) checkBackup(ctx context.Context, name string, content []byte) error {
	o, err := w.app.Kube.GetObject(ctx, w.app.ObjectRef("Secret", name))
	if err != nil {
		return err
	}
	read, err := unpackContent(o)
	if err != nil {
		return err
	}
	if have, want := hexDigest(read), hexDigest(content); have != want {
		return fmt.Errorf("its digest is %s, not %s", have, want)
	}
	return nil
}

func hexDigest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// deleteOldBackups deletes all but the newest. One that cannot be deleted is
// no reason not to deploy: the next deploy tries again.
func (w *Writer) deleteOldBackups(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, thinTimeout)
	defer cancel()
	list, err := w.listBackups(ctx)
	if err != nil {
		return
	}
	slices.SortFunc(list, func(a, b kube.Object) int {
		x, y := a.GetCreationTimestamp(), b.GetCreationTimestamp()
		return cmp.Or(y.Compare(x.Time), cmp.Compare(b.GetName(), a.GetName()))
	})
	for _, o := range list[min(len(list), maxBackups):] {
		if w.out.DeleteObject(ctx, "Secret", o.GetName()) != nil {
			return
		}
	}
}

func (w *Writer) listBackups(ctx context.Context) ([]kube.Object, error) {
	return w.app.Kube.ListObjects(ctx, w.app.ObjectRef("Secret", ""), w.app.LabelSelector()+","+objects.KeepsLabel+"="+keepsBackup)
}
