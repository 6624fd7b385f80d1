package deploy

import (
	"time"

	"version-manager/internal/color"
	"version-manager/internal/report"
)

// departure is what is known of the color that gave the traffic away in this
// deploy, or gave it back.
type departure struct {
	finished time.Time // when it was first seen without a request in flight
	stopped  *Side     // how it was when it was stopped; nil: it was not
	evicted  string    // what a third version, which had to make room, still had open; empty: nothing
}

// noteFinished looks whether the old color has answered what it had begun. Only
// from the switch on that means something.
func (r *runner) noteFinished(now Observed) {
	p := r.run.Plan
	if p.Old == color.None || now.Active != p.New || !r.going.finished.IsZero() {
		return
	}
	if now.Colors[p.Old].InFlight == 0 {
		r.going.finished = time.Now()
	}
}

// outgoing is what the report says about requests that outlast the deploy.
func (r *runner) outgoing(phase Phase) *report.Outgoing {
	p := r.run.Plan
	o := &report.Outgoing{Color: p.Old, Version: string(p.From)}
	switch {
	case phase == Done && p.Old != color.None:
	case phase == Reverted && r.going.stopped != nil:
		o.Color, o.Version = p.New, string(p.To())
	default:
		return nil
	}
	if s := r.going.stopped; s != nil {
		o.Cut, o.SentAway = s.InFlight, s.Tunnels
	}
	if phase == Reverted {
		return o
	}
	o.FinishedAt = r.going.finished.UTC().Round(0)
	if now, err := r.target.Observe(r.hold.life); err == nil {
		side, runs := now.Colors[p.Old]
		o.InFlight, o.Tunnels, o.Stays = side.InFlight, side.Tunnels, runs
	}
	return o
}
