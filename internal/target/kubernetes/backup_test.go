package kubernetes

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/objects"
)

func TestBackupRestores(t *testing.T) {
	w := newWorld(t)
	w.run(color.Blue)
	w.put(`{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop-blue-secrets", "namespace": "shop",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager"}}, "data": {"KEY": "aHVzaA=="}}`)
	s := w.lock(w.target(), "ada")
	w.must(s.ensureRoutes(t.Context()))
	_, err := s.Journal().Begin(t.Context())
	w.must(err)
	for range 2 {
		where, err := s.Backup(t.Context(), "12")
		if err != nil || where != "secret shop/shop-backup-000012" {
			t.Fatalf("Backup = %q, %v", where, err)
		}
	}
	content, err := unpack(w.get("Secret", "shop-backup-000012"))
	w.must(err)

	fresh := kubetest.New(t)
	fresh.Put(manifest.Namespace(s.app.RouteApp()))
	client, kinds := fresh.Client(t, "shop"), map[string]int{}
	for _, doc := range strings.Split(string(content), "---\n")[1:] {
		var o kube.Object
		w.must(yaml.Unmarshal([]byte(doc), &o.Object))
		_, err := client.Apply(t.Context(), &o)
		w.must(err)
		kinds[o.GetKind()]++
	}
	if kinds["Deployment"] != 1 || kinds["HTTPRoute"] != 2 || kinds["Secret"] != 0 || kinds["ConfigMap"] != 0 {
		t.Errorf("restored %v", kinds)
	}
	if !strings.HasPrefix(string(content), "# Secret shop-blue-secrets with KEY is not in this backup") {
		t.Errorf("the backup does not name the Secret that it leaves out:\n%s", content)
	}
}

// TestNoCopyOfASecretSurvives deploys, rotates, cleans up, and looks for both
// values in everything that the namespace holds, packed or not.
func TestNoCopyOfASecretSurvives(t *testing.T) {
	w, target := newPlace(t)
	s := w.lock(target, "ada")
	spec := func(version release.Version, value string) deploy.Spec {
		return deploy.Spec{Release: shop(version), Replicas: 1, Secrets: map[string]string{"TOKEN": value}}
	}
	backUp := func(id string) {
		_, err := s.Backup(t.Context(), id)
		w.must(err)
	}
	w.must(s.Apply(t.Context(), color.Blue, spec("v1.0.0", "first-value")))
	w.oldBackup("shop-backup-000001", "first-value")
	w.put(`{"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/backup", "metadata": {"name": "shop-backup-000002", "namespace": "shop", "labels": {
		"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/keeps": "backup"}}, "data": {"content.gz": "bm90IGd6aXA="}}`)
	backUp("3")
	if w.get("Secret", "shop-backup-000001") == nil || w.get("Secret", "shop-backup-000002") != nil {
		t.Error("want the readable old backup to be kept and the unreadable one to be deleted")
	}
	w.must(s.Apply(t.Context(), color.Green, spec("v1.1.0", "second-value")))
	backUp("4")
	w.must(s.Retire(t.Context(), color.Blue))
	w.lacks("first-value", "after rotation")
	w.oldBackup("shop-backup-000005", "second-value")
	w.must(s.Remove(t.Context()))
	w.lacks("first-value", "after cleanup")
	w.lacks("second-value", "after cleanup")
}

// oldBackup makes a backup as earlier versions did, with a Secret in it.
func (w *world) oldBackup(name, value string) {
	w.Helper()
	content := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  text: |\n    ---\n    not a document\n---\n" +
		"apiVersion: v1\nkind: Secret\nmetadata: {name: shop-blue-secrets}\ndata: {TOKEN: " + base64.StdEncoding.EncodeToString([]byte(value)) + "}\n"
	packed, err := pack([]byte(content))
	w.must(err)
	w.put(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/backup", "metadata": {"name": %q, "namespace": "shop", "labels": {
		"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/keeps": "backup"}}, "data": {"content.gz": %q}}`, name, packed))
}

// lacks fails if a value stands anywhere in the namespace, in plain text, in
// base64, or in what is packed.
func (w *world) lacks(value, when string) {
	w.Helper()
	encoded := base64.StdEncoding.EncodeToString([]byte(value))
	for _, kind := range append(objects.AppKinds(), "Pod", "Lease") {
		list, err := w.server.Client(w, "shop").List(w.Context(), kube.Ref{Kind: kind, Namespace: "shop"}, "")
		w.must(err)
		for i := range list {
			text, err := list[i].MarshalJSON()
			w.must(err)
			if content, err := unpack(&list[i]); err == nil {
				text = append(text, content...)
			}
			if strings.Contains(string(text), value) || strings.Contains(string(text), encoded) {
				w.Errorf("%s, %s %s has %q", when, kind, list[i].GetName(), value)
			}
		}
	}
}

func TestScrubKeepsTheRest(t *testing.T) {
	w := newWorld(t)
	w.oldBackup("shop-backup-000001", "value")
	content, err := unpack(w.get("Secret", "shop-backup-000001"))
	w.must(err)
	got := string(withoutSecrets(content))
	if !strings.Contains(got, "    ---\n    not a document\n") || !strings.Contains(got, "# Secret shop-blue-secrets with TOKEN ") || strings.Contains(got, "kind: Secret") {
		t.Errorf("got\n%s", got)
	}
}

// A backup that cannot be removed is there another time.
func TestBackupNeedsNoThinning(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	s.app.Kube = clinging{s.app.Kube}
	for i := range backups + 2 {
		_, err := s.Backup(t.Context(), strconv.Itoa(i+1))
		w.must(err)
	}
	term := s.term.Load()
	s = &session{Target: w.target(), holder: s.holder, token: s.token, anchorID: s.anchorID}
	s.term.Store(term)
	_, err := s.Backup(t.Context(), "13")
	w.must(err)
	for name, want := range map[string]bool{"000003": false, "000004": true, "000013": true} {
		if got := w.get("Secret", "shop-backup-"+name) != nil; got != want {
			t.Errorf("backup %s is there: %t", name, got)
		}
	}
}

func TestBackupsAreThinned(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	for i := range backups + 2 {
		_, err := s.Backup(t.Context(), strconv.Itoa(i+1))
		w.must(err)
	}
	for name, want := range map[string]bool{"000001": false, "000002": false, "000003": true, "000012": true} {
		if got := w.get("Secret", "shop-backup-"+name) != nil; got != want {
			t.Errorf("backup %s is there: %t", name, got)
		}
	}
	for _, id := range []string{"", ".", "../1", "A"} {
		if _, err := s.Backup(t.Context(), id); err == nil {
			t.Errorf("Backup(%q) succeeded", id)
		}
	}
	w.must(s.Unlock(t.Context()))
	w.lock(w.target(), "bob")
	if _, err := s.Backup(t.Context(), "1"); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("Backup without the lock = %v", err)
	}
}
