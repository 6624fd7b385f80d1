package appcmd

import (
	"testing"

	"version-manager/internal/cli/answer"
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
		s := answer.Status{Observed: deploy.Observed{Lock: tt.lock}, Newest: &answer.HistoryEntry{Phase: tt.phase}, Open: !tt.phase.Ended()}
		if got := describeNewest(s); got != tt.want {
			t.Errorf("%s, lock %v: %q, want %q", tt.phase, tt.lock, got, tt.want)
		}
	}
}
