package deploy

import (
	"strings"
	"testing"
	"time"
)

func TestCertificateWarning(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		left    time.Duration
		problem string
		want    []string // nil: no warning
	}{
		{14 * 24 * time.Hour, "", nil},
		{14*24*time.Hour - time.Second, "", []string{"expires on 2026-03-15, in 13 days"}},
		{24 * time.Hour, "", []string{"in 1 day"}},
		{time.Second, "", []string{"in less than a day"}},
		{0, "", []string{"expired on 2026-03-01"}},
		{-time.Hour, "", []string{"expired on 2026-03-01"}},
		{90 * 24 * time.Hour, "key does not match", []string{"the previous certificate is served", "key does not match"}},
		{time.Hour, "no such file", []string{"expires on", "no such file"}},
	} {
		got := Certificate{File: "cert.pem", NotAfter: now.Add(tt.left), Problem: tt.problem}.Warning(now)
		if (got == "") != (tt.want == nil) {
			t.Errorf("%s left: %q", tt.left, got)
		}
		for _, w := range tt.want {
			if !strings.Contains(got, w) {
				t.Errorf("%s left: %q, want %q", tt.left, got, w)
			}
		}
	}
}
