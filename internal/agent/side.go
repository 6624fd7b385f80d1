package agent

import (
	"crypto/rand"
	"sync"

	"version-manager/internal/color"
	"version-manager/internal/release"
)

// wantedColor is what a color shall run, as it is stored. Secrets are not in it:
// they have a file of their own.
type wantedColor struct {
	Release  release.Release `json:"release"`
	Replicas int             `json:"replicas"`
	Key      string          `json:"key"` // of one set of instances, see newKey

	Entrances []entrance `json:"entrances"` // that the last Apply to the color asked for
}

// newKey names what a set of instances is started with. It is random: a digest
// of the release and its secrets would stay in backups and help to guess them.
func newKey() string { return rand.Text() }

// colorSide is one color that runs something.
type colorSide struct {
	paths     appPaths
	color     color.Color
	want      wantedColor
	plan      func() (*launchPlan, error)
	instances []*instance // by number: the first is number 1
	pool      []string    // what the ingress was told last
}

// readyAddresses lists the addresses that may get requests.
func (s *colorSide) readyAddresses() (addrs []string) {
	for _, i := range s.instances {
		if st := i.describeInstance(); st.Ready {
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
