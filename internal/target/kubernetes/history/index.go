package history

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"

	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/objects"
)

// indexKey is the anchor's key for the list of deploys that are kept.
const indexKey = "kept"

// journalIndex is the anchor's list of deploys. Only this list says which
// deploys there are: a deploy's Secret without an entry is a leftover. So a
// deploy comes and goes as a whole, by one write, however many Secrets it has.
type journalIndex struct {
	newest int // its number, 0 if none exists

	Oldest  int   `json:"oldest"`            // from here on all are kept
	Older   []int `json:"older,omitempty"`   // kept although those around them are not
	Leaving []int `json:"leaving,omitempty"` // no longer kept: their Secrets are deleted when the next deploy begins
}

// readIndex reads the list. Listing the journals themselves would transfer all
// their contents.
func (r Reader) readIndex(ctx context.Context) (journalIndex, error) {
	o, err := fenced.ReadAnchor(ctx, r.app)
	if err != nil {
		return journalIndex{}, err
	}
	newest, err := fenced.AnchorNumber(o, fenced.NewestDeployKey)
	if o.GetName() != "" && (err != nil || fenced.AnchorValue(o, fenced.NewestDeployKey) == "") {
		newest, err = r.findNewest(ctx)
	}
	return parseIndex(newest, fenced.AnchorValue(o, indexKey)), err
}

// findNewest is the number of the newest journal that exists. It is needed
// where somebody has changed the anchor.
func (r Reader) findNewest(ctx context.Context) (newest int, err error) {
	list, err := r.app.Kube.ListObjects(ctx, r.app.ObjectRef("Secret", ""), r.app.LabelSelector()+","+objects.KeepsLabel+"="+keepsJournal)
	for i := range list {
		if n, err := strconv.Atoi(list[i].GetLabels()[deployLabel]); err == nil {
			newest = max(newest, n)
		}
	}
	return newest, err
}

// parseIndex reads the list. If somebody has damaged it, all deploys are on
// it: those that are gone are found when the list is thinned.
func parseIndex(newest int, text string) journalIndex {
	x := journalIndex{}
	if json.Unmarshal([]byte(text), &x) != nil || x.Oldest < 1 || x.Oldest > newest {
		x = journalIndex{Oldest: 1}
	}
	x.newest = newest
	return x
}

// listNumbers returns the deploys on the list, oldest first.
func (x journalIndex) listNumbers() []int {
	list := slices.Clone(x.Older)
	for n := x.Oldest; n <= x.newest; n++ {
		list = append(list, n)
	}
	return list
}

func (w *Writer) writeIndex(ctx context.Context, x journalIndex) error {
	text, err := json.Marshal(x)
	if err != nil {
		return err
	}
	return w.out.SetAnchorValues(ctx, map[string]string{fenced.NewestDeployKey: strconv.Itoa(x.newest), indexKey: string(text)})
}
