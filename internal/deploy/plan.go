package deploy

import (
	"fmt"

	"version-manager/internal/color"
	"version-manager/internal/deploy/judge"
	"version-manager/internal/release"
)

// Kind is the way in which a release gets the traffic.
type Kind string

const (
	Plain        Kind = "deploy"        // gate, switch, drain, retire
	ZeroDowntime Kind = "zero-downtime" // with smoke tests and bake; the old color stays warm
	Rollback     Kind = "rollback"      // to an earlier release, by the same gates; the old color stays warm
)

// Request is what a person asks for.
type Request struct {
	Kind      Kind
	Release   release.Release
	Secrets   map[string]string // values of the release's Config.Secrets, as far as they are known
	MaxFailed *int              // overrides the configuration's
}

// Plan is what the engine is going to do. It is journaled as a whole, without
// secrets, so that another process can continue with it.
type Plan struct {
	Kind     Kind            `json:"kind"`
	App      string          `json:"app"`
	From     release.Version `json:"from,omitempty"` // empty: this is the first deploy
	Old      color.Color     `json:"old,omitempty"`  // color of From
	Release  release.Release `json:"release"`        // what gets the traffic
	New      color.Color     `json:"new"`            // color of Release
	Replicas int             `json:"replicas"`       // of the new color

	OldReplicas int `json:"oldReplicas,omitempty"` // instances that the old color was asked for when this was planned

	Warm      bool            `json:"warm"`             // the new color runs the release already
	Evicts    release.Version `json:"evicts,omitempty"` // another release that is warm in the new color and goes
	MaxFailed int             `json:"maxFailed"`
	Steps     []PlanStep      `json:"steps"`
}

// PlanStep is one line of a plan.
type PlanStep struct {
	Name string `json:"name"`
	What string `json:"what"` // "start 2 instances of v1.1.0 in green"
}

// To is the version that gets the traffic.
func (p Plan) To() release.Version { return p.Release.Version }

// Baseline is how the old color answered before the switch.
type Baseline = judge.Baseline

// NewPlan decides color, capacity and steps. It changes nothing.
func NewPlan(now Observed, r Request) (Plan, error) {
	side, known := now.Colors[now.Active.Other()]
	p := Plan{
		Kind:     r.Kind,
		App:      r.Release.App,
		Old:      now.Active,
		From:     now.Colors[now.Active].Version,
		Release:  r.Release,
		New:      now.Active.Other(),
		Replicas: initialReplicas(now, r),

		OldReplicas: now.Colors[now.Active].Want,

		Warm:      known && side.Image == r.Release.Image && side.Version == r.Release.Version && side.Ready() > 0,
		MaxFailed: r.Release.Config.Probe.MaxFailed,
	}
	if r.MaxFailed != nil {
		p.MaxFailed = *r.MaxFailed
	}
	if known && !p.Warm && side.Version != r.Release.Version {
		p.Evicts = side.Version
	}
	if p.Kind == Rollback && p.Old == color.None {
		return p, fmt.Errorf("nothing is deployed, so there is nothing to roll back")
	}
	for _, s := range steps(p.Kind, p.Old) {
		p.Steps = append(p.Steps, PlanStep{Name: s.name, What: s.describe(p)})
	}
	return p, nil
}

// initialReplicas is what the new color starts with: never less than what carries
// the traffic now, because a switch to fewer instances is an outage under
// load.
func initialReplicas(now Observed, r Request) int {
	if now.Active == color.None {
		return max(1, r.Release.Config.Replicas)
	}
	active := now.Colors[now.Active]
	if active.Want == 0 && active.Ready() == 0 { // somebody stopped it, so it says nothing about the load
		return max(1, r.Release.Config.Replicas)
	}
	return max(1, active.Want, active.Ready())
}

// IsAlreadyActive reports whether the release already has the traffic, so that
// there is nothing to do.
func IsAlreadyActive(now Observed, r release.Release) bool {
	side, ok := now.Colors[now.Active]
	return ok && side.Version == r.Version && side.Image == r.Image
}
