package kubernetes

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

// backups is how many of them are kept.
const backups = 10

// Backup implements [deploy.Session]. It keeps all objects of the app but for
// its history and its secrets, as kubectl apply takes them. It is kept in a
// Secret because the environment of an app is nobody else's business. To
// restore one:
//
//	kubectl get secret -n shop shop-backup-000012 -o 'go-template={{index .data "content.gz"}}' |
//	  base64 -d | gunzip | kubectl apply -f -
func (s *session) Backup(ctx context.Context, id string) (string, error) {
	name, err := s.backupName(id)
	if err != nil {
		return "", err
	}
	if err := s.verify(ctx); err != nil {
		return "", err
	}
	content, err := s.everything(ctx)
	if err != nil {
		return "", fmt.Errorf("back up the app: %w", err)
	}
	if err := s.keep(ctx, name, keepsBackup, filepath.Base(id), content); err != nil {
		return "", fmt.Errorf("back up the app: %w", err)
	}
	if err := s.compare(ctx, name, content); err != nil {
		return "", fmt.Errorf("read backup %s back: %w", name, err)
	}
	s.thinBackups(ctx)
	if err := s.scrubBackups(ctx); err != nil {
		return "", fmt.Errorf("remove secret values from older backups: %w", err)
	}
	return "secret " + s.app.Namespace + "/" + name, nil
}

func (t *Target) backupName(id string) (string, error) {
	if n, err := strconv.Atoi(id); err == nil && n > 0 {
		id = fmt.Sprintf("%06d", n)
	}
	if !names.IsBackupName(id) {
		return "", problem.New(problem.Usage, "", "%q cannot be the name of a backup", id)
	}
	return t.app.Name + "-backup-" + id, nil
}

// everything is all that makes the app, as YAML documents. Secrets are only
// named: a copy of their values would outlive both their rotation and the app.
func (t *Target) everything(ctx context.Context) ([]byte, error) {
	var all []*kube.Object
	var secrets []string
	for _, kind := range objects.AppKinds() {
		list, err := t.app.ListObjects(ctx, kind)
		if kube.IsNoKind(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, o := range list {
			if kind == "ConfigMap" && o.GetName() == t.app.Name {
				continue // the anchor: restored, it would speak of journals that are not those that are there
			}
			if kind == "Secret" {
				secrets = append(secrets, withheld(&o))
				continue
			}
			all = append(all, restorable(&o))
		}
	}
	var b bytes.Buffer
	b.WriteString(strings.Join(secrets, ""))
	err := manifest.Write(&b, all)
	return b.Bytes(), err
}

// withheld is the comment that stands in a backup for a Secret.
func withheld(o *kube.Object) string {
	data, _ := o.Object["data"].(map[string]any)
	return fmt.Sprintf("# Secret %s with %s is not in this backup: secret values are not copied\n",
		o.GetName(), strings.Join(slices.Sorted(maps.Keys(data)), ", "))
}

// restorable leaves out what the cluster wrote into an object, and the copy of
// it that kubectl apply keeps.
func restorable(o *kube.Object) *kube.Object {
	o = o.DeepCopy()
	for _, name := range []string{"uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink", "ownerReferences"} {
		unstructured.RemoveNestedField(o.Object, "metadata", name)
	}
	unstructured.RemoveNestedField(o.Object, "metadata", "annotations", corev1.LastAppliedConfigAnnotation)
	unstructured.RemoveNestedField(o.Object, "status")
	if o.GetKind() == "Service" { // other addresses may be free when it is restored
		unstructured.RemoveNestedField(o.Object, "spec", "clusterIP")
		unstructured.RemoveNestedField(o.Object, "spec", "clusterIPs")
	}
	return o
}

// compare reads a backup back.
func (s *session) compare(ctx context.Context, name string, content []byte) error {
	o, err := s.app.Kube.Get(ctx, s.app.ObjectRef("Secret", name))
	if err != nil {
		return err
	}
	read, err := unpack(o)
	if err != nil {
		return err
	}
	if have, want := digest(read), digest(content); have != want {
		return fmt.Errorf("its digest is %s, not %s", have, want)
	}
	return nil
}

func digest(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// thinBackups removes all but the newest. What cannot be removed is no reason
// not to deploy: the next one tries again.
func (s *session) thinBackups(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, thinLimit)
	defer cancel()
	list, err := s.app.Kube.List(ctx, s.app.ObjectRef("Secret", ""), s.app.LabelSelector()+","+objects.KeepsLabel+"="+keepsBackup)
	if err != nil {
		return
	}
	slices.SortFunc(list, func(a, b kube.Object) int {
		x, y := a.GetCreationTimestamp(), b.GetCreationTimestamp()
		return cmp.Or(y.Compare(x.Time), cmp.Compare(b.GetName(), a.GetName()))
	})
	for _, o := range list[min(len(list), backups):] {
		if s.delete(ctx, "Secret", o.GetName()) != nil {
			return
		}
	}
}
