package kubernetes

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"version-manager/internal/target/kubernetes/objects"
)

// roll is the anchor's list of deploys. It alone says which of them there are:
// a Secret of a deploy that is not on it is a leftover. So a deploy comes and
// goes as a whole, by one write, however many Secrets it has.
type roll struct {
	newest int // its number, 0 if there is none

	Oldest  int   `json:"oldest"`            // from here on all are kept
	Older   []int `json:"older,omitempty"`   // kept although those around them are not
	Leaving []int `json:"leaving,omitempty"` // not kept any more: their Secrets are deleted when the next deploy begins
}

// roll reads the list. Looking for the journals themselves would bring all
// their contents.
func (t *Target) roll(ctx context.Context) (roll, error) {
	o, err := t.anchor(ctx)
	if err != nil {
		return roll{}, err
	}
	newest, err := t.numberOf(o, anchorDeploys)
	if o.GetName() != "" && (err != nil || objects.TextField(o, "data", anchorDeploys) == "") {
		newest, err = t.newestJournal(ctx)
	}
	return rollOf(newest, objects.TextField(o, "data", anchorKept)), err
}

// newestJournal is the number of the newest journal that there is. It is asked
// for where somebody has changed the anchor.
func (t *Target) newestJournal(ctx context.Context) (newest int, err error) {
	list, err := t.app.Kube.List(ctx, t.app.ObjectRef("Secret", ""), t.app.LabelSelector()+","+objects.KeepsLabel+"="+keepsJournal)
	for i := range list {
		if n, err := strconv.Atoi(list[i].GetLabels()[labelDeploy]); err == nil {
			newest = max(newest, n)
		}
	}
	return newest, err
}

// rollOf reads what is kept. With somebody else's scribbling all deploys are
// on the list: those that are gone are found to be so when it is thinned.
func rollOf(newest int, text string) roll {
	r := roll{}
	if json.Unmarshal([]byte(text), &r) != nil || r.Oldest < 1 || r.Oldest > newest {
		r = roll{Oldest: 1}
	}
	r.newest = newest
	return r
}

// numbers are the deploys on the list, oldest first.
func (r roll) numbers() []int {
	list := slices.Clone(r.Older)
	for n := r.Oldest; n <= r.newest; n++ {
		list = append(list, n)
	}
	return list
}

// setRoll writes the list.
func (s *session) setRoll(ctx context.Context, r roll) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	return s.setAnchorData(ctx, map[string]string{anchorDeploys: strconv.Itoa(r.newest), anchorKept: string(text)})
}
