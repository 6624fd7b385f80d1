package onemachine

import (
	"os"
	"strings"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/pki"
	"version-manager/internal/kit/problem"
)

func TestWithoutCluster(t *testing.T) {
	c := OpenCluster(t.TempDir())
	if _, err := c.ReadStatus(t.Context()); problem.KindOf(err) != problem.NotFound {
		t.Errorf("status: %v", err)
	}
	if err := c.ShutDown(t.Context(), Options{}); problem.KindOf(err) != problem.NotFound {
		t.Errorf("stop: %v", err)
	}
	if err := c.LoadImage(t.Context(), "server", nil); problem.KindOf(err) != problem.NotFound {
		t.Errorf("load an image: %v", err)
	}
}

func TestStoppedCluster(t *testing.T) {
	if _, err := cgroup.FindHierarchies(); err != nil {
		t.Skip("needs control groups")
	}
	c := OpenCluster(t.TempDir())
	if err := c.dir.WriteSpec(clusterdir.Spec{Nodes: 3}); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(c.dir.RunPath("killed"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(c.dir.KilledFile("worker-2"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	now, err := c.ReadStatus(t.Context())
	if err != nil || now.Running || len(now.Nodes) != 3 || now.Nodes[1].State != stateNotReady || now.Nodes[2].State != stateKilled {
		t.Errorf("status %+v, %v", now, err)
	}
	if err := c.LoadImage(t.Context(), "worker-3", nil); problem.KindOf(err) != problem.NotFound {
		t.Errorf("load an image into a node that does not exist: %v", err)
	}
	if err := c.LoadImage(t.Context(), "server", nil); problem.KindOf(err) != problem.Failed {
		t.Errorf("load an image into a stopped node: %v", err)
	}
}

func TestStatusWarnsOfExpiry(t *testing.T) {
	dir, made := t.TempDir(), time.Now()
	list := []pki.Certificate{{Name: "admin", By: pki.API, User: "admin", Client: true}}
	if err := pki.EnsureFiles(dir, list, made); err != nil {
		t.Fatal(err)
	}
	name, end, err := pki.EarliestExpiry(dir)
	if err != nil || name != "admin" || end.Sub(made) < 300*24*time.Hour {
		t.Fatalf("%s until %s, %v", name, end, err)
	}
	for _, tt := range []struct {
		left time.Duration
		want string // empty: no warning
	}{
		{pki.WarnBeforeExpiry + time.Second, ""},
		{pki.WarnBeforeExpiry, ""},
		{pki.WarnBeforeExpiry - time.Second, "admin expires on"},
		{time.Second, "admin expires on"},
		{0, "admin expired on"},
		{-time.Second, "admin expired on"},
	} {
		var s Status
		s.checkCertificates(dir, end.Add(-tt.left))
		got := strings.Join(s.Warnings, " ")
		if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") || !s.CertificatesUntil.Equal(end) {
			t.Errorf("%s left: %+v", tt.left, s)
		}
	}
	var none Status
	none.checkCertificates(t.TempDir(), made)
	if len(none.Warnings) > 0 || !none.CertificatesUntil.IsZero() {
		t.Errorf("without certificates: %+v", none)
	}
}

func TestParsePss(t *testing.T) {
	const smaps = "00400000-7fff rollup\nRss:  124000 kB\nPss:   51200 kB\nPss_Anon: 30000 kB\n"
	if got := parsePss(smaps); got != 51200<<10 {
		t.Errorf("got %d bytes, want %d", got, 51200<<10)
	}
	if got := parsePss(""); got != 0 {
		t.Errorf("an empty file: %d bytes", got)
	}
}
