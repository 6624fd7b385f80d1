package addons

// choice is what to do about Traefik.
type choice int

const (
	install choice = iota // our own, or bring it up to date
	use                   // one that is there and serves the Gateway API
	enable                // K3s' own, which does not yet
)

func (f found) choose() (installation, choice) {
	for _, t := range f.traefik {
		if t.own {
			return t, install
		}
	}
	for _, t := range f.traefik {
		if t.Gateway {
			return t, use
		}
	}
	for _, t := range f.traefik {
		if f.k3s && t.chart {
			return t, enable
		}
	}
	return installation{}, install
}
