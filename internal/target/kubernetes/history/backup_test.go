package history

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
)

func TestBackupRestores(t *testing.T) {
	w := newWorld(t)
	w.PutColor(color.Blue)
	app := w.OpenApp()
	w.Server.PutObject(manifest.NewRoute(app.RouteApp(), color.Blue))
	w.Server.PutObject(manifest.NewPreview(app.RouteApp(), color.None))
	w.PutJSON(`{"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "shop-blue-secrets", "namespace": "shop",
		"labels": {"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager"}}, "data": {"KEY": "aHVzaA=="}}`)
	s := w.lock("ada")
	_, err := s.BeginDeploy(t.Context())
	w.Must(err)
	for range 2 {
		where, err := s.WriteBackup(t.Context(), "12")
		if err != nil || where != "secret shop/shop-backup-000012" {
			t.Fatalf("Backup = %q, %v", where, err)
		}
	}
	content, err := unpackContent(w.GetObject("Secret", "shop-backup-000012"))
	w.Must(err)

	fresh := kubetest.NewServer(t)
	fresh.PutObject(manifest.NewNamespace(app.RouteApp()))
	client, kinds := fresh.NewClient(t, "shop"), map[string]int{}
	for _, doc := range strings.Split(string(content), "---\n")[1:] {
		var o kube.Object
		w.Must(yaml.Unmarshal([]byte(doc), &o.Object))
		_, err := client.ApplyObject(t.Context(), &o)
		w.Must(err)
		kinds[o.GetKind()]++
	}
	if kinds["Deployment"] != 1 || kinds["HTTPRoute"] != 2 || kinds["Secret"] != 0 || kinds["ConfigMap"] != 0 {
		t.Errorf("restored %v", kinds)
	}
	if !strings.HasPrefix(string(content), "# Secret shop-blue-secrets with KEY is not in this backup") {
		t.Errorf("the backup does not name the Secret that it leaves out:\n%s", content)
	}
}

// oldBackup makes a backup as earlier versions did, with a Secret in it.
func (w world) oldBackup(name, value string) {
	w.Helper()
	content := "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata:\n  text: |\n    ---\n    not a document\n---\n" +
		"apiVersion: v1\nkind: Secret\nmetadata: {name: shop-blue-secrets}\ndata: {TOKEN: " + base64.StdEncoding.EncodeToString([]byte(value)) + "}\n"
	packed, err := packContent([]byte(content))
	w.Must(err)
	w.PutJSON(fmt.Sprintf(`{"apiVersion": "v1", "kind": "Secret", "type": "version-manager.io/backup", "metadata": {"name": %q, "namespace": "shop", "labels": {
		"app.kubernetes.io/name": "shop", "app.kubernetes.io/managed-by": "version-manager", "version-manager.io/keeps": "backup"}}, "data": {"content.gz": %q}}`, name, packed))
}

func TestScrubKeepsTheRest(t *testing.T) {
	w := newWorld(t)
	w.oldBackup("shop-backup-000001", "value")
	content, err := unpackContent(w.GetObject("Secret", "shop-backup-000001"))
	w.Must(err)
	got := string(withoutSecrets(content))
	if !strings.Contains(got, "    ---\n    not a document\n") || !strings.Contains(got, "# Secret shop-blue-secrets with TOKEN ") || strings.Contains(got, "kind: Secret") {
		t.Errorf("got\n%s", got)
	}
}

// A backup that cannot be removed is there another time.
func TestBackupNeedsNoThinning(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	s.app.Kube = clinging{s.app.Kube}
	for i := range maxBackups + 2 {
		_, err := s.WriteBackup(t.Context(), strconv.Itoa(i+1))
		w.Must(err)
	}
	s.app.Kube = s.app.Kube.(clinging).Cluster
	_, err := s.WriteBackup(t.Context(), "13")
	w.Must(err)
	for name, want := range map[string]bool{"000003": false, "000004": true, "000013": true} {
		if got := w.GetObject("Secret", "shop-backup-"+name) != nil; got != want {
			t.Errorf("backup %s is there: %t", name, got)
		}
	}
}

func TestBackupsAreThinned(t *testing.T) {
	w := newWorld(t)
	s := w.lock("ada")
	for i := range maxBackups + 2 {
		_, err := s.WriteBackup(t.Context(), strconv.Itoa(i+1))
		w.Must(err)
	}
	for name, want := range map[string]bool{"000001": false, "000002": false, "000003": true, "000012": true} {
		if got := w.GetObject("Secret", "shop-backup-"+name) != nil; got != want {
			t.Errorf("backup %s is there: %t", name, got)
		}
	}
	for _, id := range []string{"", ".", "../1", "A"} {
		if _, err := s.WriteBackup(t.Context(), id); err == nil {
			t.Errorf("Backup(%q) succeeded", id)
		}
	}
	w.takeOver()
	if _, err := s.WriteBackup(t.Context(), "1"); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("Backup without the lock = %v", err)
	}
}
