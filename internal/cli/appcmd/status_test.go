package appcmd

import (
	"testing"

	"version-manager/internal/deploy"
)

func TestDescribeNewest(t *testing.T) {
	lock := &deploy.Holder{Name: "ada"}
	for _, tt := range []struct {
		phase deploy.Phase
		lock  *deploy.Holder
		want  string
	}{
		{deploy.Done, nil, "done at"},
		{deploy.Baking, lock, "baking since"},
		{deploy.Baking, nil, "interrupted while baking since"},
		{deploy.Stuck, nil, "stuck since"},
	} {
		s := statusAnswer{Observed: deploy.Observed{Lock: tt.lock}, Newest: &historyEntry{Phase: tt.phase}, Open: !tt.phase.Ended()}
		if got := s.describeNewest(); got != tt.want {
			t.Errorf("%s, lock %v: %q, want %q", tt.phase, tt.lock, got, tt.want)
		}
	}
}
