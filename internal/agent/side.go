package agent

import (
	"crypto/rand"

	"version-manager/internal/agent/entrance"
	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/release"
)

// wantedColor is what a color has to run, as it is stored. It contains no
// secrets: they have a file of their own.
type wantedColor struct {
	Release  release.Release `json:"release"`
	Replicas int             `json:"replicas"`
	Key      string          `json:"key"` // of one set of instances, see newKey

	Entrances []entrance.Entrance `json:"entrances"` // that the last apply to the color asked for
}

// newKey names what a set of instances is started with. It is random: a digest
// of the release and its secrets would stay in backups and help to guess them.
func newKey() string { return rand.Text() }

// colorSide is one color that runs something.
type colorSide struct {
	color     color.Color
	want      wantedColor
	plan      func() (*launch.Plan, error)
	instances []*supervisor.Instance // by number: the first is number 1
	pool      []string               // the addresses that the ingress was given last
}

// readyAddresses lists the addresses that may get requests.
func (s *colorSide) readyAddresses() (addrs []string) {
	for _, i := range s.instances {
		if st := i.CurrentStatus(); st.Ready {
			addrs = append(addrs, st.Address)
		}
	}
	return addrs
}
