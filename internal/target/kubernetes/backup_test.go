package kubernetes

import (
	"errors"
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
	fresh.Put(manifest.Namespace(s.routeApp()))
	client, kinds := fresh.Client(t, "shop"), map[string]int{}
	for _, doc := range strings.Split(string(content), "---\n")[1:] {
		var o kube.Object
		w.must(yaml.Unmarshal([]byte(doc), &o.Object))
		_, err := client.Apply(t.Context(), &o)
		w.must(err)
		kinds[o.GetKind()]++
	}
	if kinds["Deployment"] != 1 || kinds["HTTPRoute"] != 2 || kinds["Secret"] != 1 || kinds["ConfigMap"] != 0 {
		t.Errorf("restored %v", kinds)
	}
	if got := field(fresh.Get("Secret", "shop", "shop-blue-secrets"), "data", "KEY"); got != "aHVzaA==" {
		t.Errorf("the secret is %q", got)
	}
}

// A backup that cannot be removed is there another time.
func TestBackupNeedsNoThinning(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	s.kube = clinging{s.kube}
	for i := range backups + 2 {
		_, err := s.Backup(t.Context(), strconv.Itoa(i+1))
		w.must(err)
	}
	s = &session{Target: w.target(), holder: s.holder, token: s.token, term: s.term, anchorID: s.anchorID}
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
