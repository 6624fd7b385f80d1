package addons

// plan is what to do about Traefik.
type plan int

const (
	planInstallOwn  plan = iota // install our own, or update it
	planUseExisting             // use one that serves the Gateway API
	planEnableK3s               // let the one of K3s serve the Gateway API
)

// choosePlan decides what to do, and with which existing Traefik.
func (inv inventory) choosePlan() (installation, plan) {
	for _, t := range inv.traefik {
		if t.own {
			return t, planInstallOwn
		}
	}
	for _, t := range inv.traefik {
		if t.Gateway {
			return t, planUseExisting
		}
	}
	for _, t := range inv.traefik {
		if inv.k3s && t.chart {
			return t, planEnableK3s
		}
	}
	return installation{}, planInstallOwn
}
