package addons

// plan is what to do about Traefik.
type plan int

const (
	installOwn  plan = iota // install our own, or update it
	useExisting             // use one that serves the Gateway API
	enableK3s               // let the one of K3s serve the Gateway API
)

// choosePlan decides what to do, and with which existing Traefik.
func (f inventory) choosePlan() (installation, plan) {
	for _, t := range f.traefik {
		if t.own {
			return t, installOwn
		}
	}
	for _, t := range f.traefik {
		if t.Gateway {
			return t, useExisting
		}
	}
	for _, t := range f.traefik {
		if f.k3s && t.chart {
			return t, enableK3s
		}
	}
	return installation{}, installOwn
}
