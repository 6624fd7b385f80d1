package config

import (
	"math"
	"slices"
	"time"
)

// unsetNumber stands for a number until [App.follow] knows the others. Nobody
// writes it down, which may not be said of 0.
const unsetNumber = math.MinInt

// defaultApp is what an empty file would mean. The file is decoded over it, so
// a value that is written down always wins, even if it is zero and refused.
func defaultApp() App {
	return App{
		Port:     8080,
		Health:   "/healthz",
		Replicas: unsetNumber,
		Bake:     Duration{30 * time.Second},
		Drain:    Duration{30 * time.Second},
		Gate:     Gate{Healthy: 3, For: Duration{time.Second}, Timeout: Duration{time.Minute}},
		Private:  privateByDefault(),
		Probe:    Probe{Rate: 50, Timeout: Duration{5 * time.Second}},
		Local: Local{
			Address: "127.0.0.1",
			App:     unsetNumber,
			Preview: "preview.localhost",
			Limits:  Limits{Requests: 2048, Uploads: 512, WebSockets: 2048, PerClient: 256, PerConnection: 100, Connections: 4096},
		},
	}
}

// privateByDefault is what apps serve for monitoring and nobody else.
func privateByDefault() []string { return []string{"/metrics"} }

// PrivatePaths are the paths that no entrance serves, also of a version that was
// made before there was such a setting.
func (a App) PrivatePaths() []string {
	if a.Private == nil {
		return privateByDefault()
	}
	return a.Private
}

// fillDependentDefaults fills in the defaults that depend on other values.
func (a *App) fillDependentDefaults() {
	if a.Probe.Path == "" {
		a.Probe.Path = a.Health
	}
	if a.Autoscale != (Autoscale{}) && a.Autoscale.Min == 0 {
		a.Autoscale.Min = 1
	}
	if a.Replicas == unsetNumber {
		a.Replicas = max(1, a.Autoscale.Min)
	}
	a.Local.fillDefaultPorts()
}

// fillDefaultPorts fills in the ports, and notes which ones are defaults. A default gives
// way to a port that was written for something else.
func (l *Local) fillDefaultPorts() {
	l.Defaulted = Defaulted{App: l.App == unsetNumber, Ingress: l.Ingress == nil}
	if l.Defaulted.Ingress {
		l.Ingress = slices.DeleteFunc([]int{80, 8080}, func(port int) bool { return port == l.App })
	}
	if l.Defaulted.App {
		for l.App = 30001; slices.Contains(l.Ingress, l.App); l.App++ {
		}
	}
}
