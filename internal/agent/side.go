package agent

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"sync"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// wanted is what a color shall run, as it is stored. Secrets are not in it:
// they have a file of their own.
type wanted struct {
	Release  release.Release `json:"release"`
	Replicas int             `json:"replicas"`
	Key      string          `json:"key"` // changes with everything that instances of it are started with

	Entrances []entrance `json:"entrances"` // that the last Apply to the color asked for
}

// keyOf names what instances of spec are started with.
func keyOf(spec deploy.Spec) (string, error) {
	b, err := json.Marshal([]any{spec.Release, spec.Secrets})
	return fmt.Sprintf("%x", sha256.Sum256(b))[:24], err
}

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
