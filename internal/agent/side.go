package agent

import (
	"crypto/rand"
	"sync"

	"version-manager/internal/color"
	"version-manager/internal/release"
)

// wanted is what a color shall run, as it is stored. Secrets are not in it:
// they have a file of their own.
type wanted struct {
	Release  release.Release `json:"release"`
	Replicas int             `json:"replicas"`
	Key      string          `json:"key"` // of one set of instances, see newKey

	Entrances []entrance `json:"entrances"` // that the last Apply to the color asked for
}

// newKey names what a set of instances is started with. It is random: a digest
// of the release and its secrets would stay in backups and help to guess them.
func newKey() string { return rand.Text() }

// side is one color that runs something.
type side struct {
	paths     paths
	color     color.Color
	want      wanted
	plan      func() (*plan, error)
	instances []*instance // by number: the first is number 1
	pool      []string    // what the ingress was told last
}

// ready lists the addresses that may get requests.
func (s *side) ready() (addrs []string) {
	for _, i := range s.instances {
		if st := i.status(); st.Ready {
			addrs = append(addrs, st.Address)
		}
	}
	return addrs
}

// stopAll stops instances side by side.
func stopAll(instances []*instance, stop func(*instance)) {
	var wg sync.WaitGroup
	for _, i := range instances {
		wg.Go(func() { stop(i) })
	}
	wg.Wait()
}
