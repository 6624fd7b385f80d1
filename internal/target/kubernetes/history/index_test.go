package history

import (
	"slices"
	"testing"

	"version-manager/internal/target/kubernetes/fenced"
)

func TestRoll(t *testing.T) {
	for name, tt := range map[string]struct {
		newest int
		text   string
		want   []int
	}{
		"no deploy":                {0, "", nil},
		"nothing was ever thinned": {3, "", []int{1, 2, 3}},
		"the older ones are gone":  {4, `{"oldest": 3, "leaving": [2]}`, []int{3, 4}},
		"two of them are needed":   {6, `{"oldest": 5, "older": [1, 3]}`, []int{1, 3, 5, 6}},
		"scribbling":               {2, "see the wiki", []int{1, 2}},
		"what cannot be":           {2, `{"oldest": 9}`, []int{1, 2}},
	} {
		if got := parseIndex(tt.newest, tt.text).listNumbers(); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}

// Somebody has put back an anchor of long ago: the deploys since are still
// there, and none of them is written over.
func TestBeginCountsOnOverJournalsThatAreThere(t *testing.T) {
	w, s := past(t, upgrades(5))
	w.Must(s.out.SetAnchorValues(t.Context(), map[string]string{fenced.NewestDeployKey: "2"}))
	id, err := s.BeginDeploy(t.Context())
	w.Must(err)
	ids, err := s.ListDeploys(t.Context())
	if w.Must(err); id != "6" || !slices.Equal(ids, []string{"1", "2", "3", "4", "5", "6"}) {
		t.Errorf("deploy %s begins, and there are %v", id, ids)
	}
	w.Must(s.AppendRecord(t.Context(), id, record(1)))
}
