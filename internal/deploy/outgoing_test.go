package deploy_test

import (
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// Requests that outlast the deploy are named, and nothing is said to have
// finished before the switch.
func TestReportOfRequestsThatOutlastTheDeploy(t *testing.T) {
	for _, tt := range []struct {
		name          string
		kind          deploy.Kind
		drains        time.Duration
		inFlight, cut int
		stays         bool
	}{
		{"short requests", deploy.ZeroDowntime, 2 * time.Second, 0, 0, true},
		{"event streams, kept warm", deploy.ZeroDowntime, time.Hour, 3, 0, true},
		{"event streams, drained", deploy.Plain, time.Hour, 0, 3, false},
		{"short requests, drained", deploy.Plain, 8 * time.Second, 0, 0, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := newFakeTarget(t, map[release.Version]behavior{"v1.0.0": {drainsAfter: tt.drains}})
				mustRun(t, f, deploy.Plain, "v1.0.0")
				r, err := engineOn(f, nil).Run(t.Context(), deploy.Request{Kind: tt.kind, Release: releaseOf("v2.0.0")})
				if err != nil || r.Outgoing == nil {
					t.Fatalf("%+v, %v", r.Outgoing, err)
				}
				o := *r.Outgoing
				if o.Version != "v1.0.0" || o.InFlight != tt.inFlight || o.Cut != tt.cut || o.Stays != tt.stays {
					t.Errorf("outgoing: %+v", o)
				}
				open := tt.inFlight+tt.cut > 0
				if open != o.FinishedAt.IsZero() || !open && o.FinishedAt.Before(r.SwitchedAt) {
					t.Errorf("finished at %s, switched at %s", o.FinishedAt, r.SwitchedAt)
				}
			})
		})
	}
}
