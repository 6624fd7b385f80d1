package deploy

import (
	"context"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy/healthcheck"
	"version-manager/internal/deploy/judge"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
)

// measurement is the probe of one deploy. It begins once something runs that
// can be measured, and ends once.
type measurement struct {
	start  func(context.Context, probe.Config) Prober
	prober Prober             // nil until there is something to measure
	result *probe.Measurement // nil until the prober is stopped
}

// startProbe begins to measure what users notice. If it cannot, the next step
// meets the same trouble and says so.
func (m *measurement) startProbe(ctx context.Context, t Target, c config.Probe, secret string) {
	now, err := t.ObserveApp(ctx)
	if err != nil || len(now.Entrances.Public) == 0 {
		return
	}
	m.prober = m.start(ctx, probe.Config{
		Base:      now.Entrances.Public[0],
		Path:      c.Path,
		Rate:      c.Rate,
		Timeout:   c.Timeout.Duration,
		Slow:      c.Slow,
		WebSocket: c.WebSocket,
		Secret:    secret,
		TLS:       healthcheck.TrustURL(now.Entrances.Public[0]),
		Dial:      dialOf(t),
	})
}

func (m *measurement) isRunning() bool { return m.prober != nil }

// stopProbe ends the measurement, once.
func (m *measurement) stopProbe() {
	if m.prober != nil && m.result == nil {
		result := m.prober.Stop()
		m.result = &result
	}
}

// statsOf returns what was measured of a color since some instant, and whether
// anything is measured at all.
func (m *measurement) statsOf(c color.Color, since time.Time) (probe.Stats, bool) {
	if m.prober == nil {
		return probe.Stats{}, false
	}
	return m.prober.StatsSince(c, since), true
}

func (m *measurement) countRequests() *progress.RequestCount {
	if m.prober == nil {
		return nil
	}
	sent, failed := m.prober.CountRequests()
	return &progress.RequestCount{Sent: sent, Failed: failed}
}

const (
	failureWindow   = 2 * time.Second // for which the probe's requests to the active color count
	minFailures     = 2               // requests that must have failed
	maxFailureShare = 0.1             // of the requests
)

// activeHealth tells whether the color with the traffic does its work. While it
// does, no color with less capacity may replace it; once it fails, whatever is
// ready is better.
type activeHealth struct {
	d     *deployment
	color color.Color // to which first belongs
	first Side
}

// isFailing reports whether users do not get what they want from the active
// color.
func (a *activeHealth) isFailing(now Observed) bool {
	side := now.Colors[now.Active]
	if side.Ready() == 0 {
		return true
	}
	if a.color != now.Active || a.first.Requests > side.Requests {
		a.color, a.first = now.Active, side
	}
	answers, errors := side.Requests-a.first.Requests, side.Errors-min(a.first.Errors, side.Errors)
	return judge.TooManyErrors(errors, answers, a.d.run.Baseline) || a.failsProbe(now.Active)
}

// failsProbe reports what the probe knows about a color.
func (a *activeHealth) failsProbe(c color.Color) bool {
	since := time.Now().Add(-failureWindow)
	if since.Before(a.d.joined) {
		since = a.d.joined
	}
	s, ok := a.d.traffic.statsOf(c, since)
	return ok && s.Failed >= minFailures && float64(s.Failed) > maxFailureShare*float64(s.Sent)
}

// mayHurry reports whether a rollback may take over with what is ready.
func (a *activeHealth) mayHurry(now Observed) bool {
	return a.d.run.Plan.Kind == Rollback && now.Colors[a.d.run.Plan.New].Ready() > 0 && a.isFailing(now)
}

// startProbe begins to measure what users notice of this deploy.
func (d *deployment) startProbe() {
	d.traffic.startProbe(d.lock.ctx, d.target, d.run.Plan.Release.Config.Probe, d.lock.probeSecret)
}
