package onemachine

import (
	"strings"
	"testing"
	"time"

	"version-manager/internal/infra/onemachine/pki"
)

func TestStatusWarnsBeforeACertificateEnds(t *testing.T) {
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
		{pki.ExpiresSoon, ""},
		{pki.ExpiresSoon - time.Second, "admin expires on"},
		{0, "admin expired on"},
	} {
		var s Status
		s.lookAtCertificates(dir, end.Add(-tt.left))
		got := strings.Join(s.Warnings, " ")
		if !strings.Contains(got, tt.want) || (got == "") != (tt.want == "") || !s.CertificatesUntil.Equal(end) {
			t.Errorf("%s left: %+v", tt.left, s)
		}
	}
	var none Status
	none.lookAtCertificates(t.TempDir(), made)
	if len(none.Warnings) > 0 || !none.CertificatesUntil.IsZero() {
		t.Errorf("without certificates: %+v", none)
	}
}
