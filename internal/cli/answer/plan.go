package answer

import (
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// Plan is the answer of plan with a version.
type Plan struct {
	Kind     deploy.Kind     `json:"kind"` // deploy, zero-downtime, or rollback
	App      string          `json:"app"`
	From     release.Version `json:"from,omitempty"`     // the active version
	To       release.Version `json:"to"`                 // the version to deploy
	Active   bool            `json:"active"`             // it already has all the traffic, so a deploy would do nothing
	Capacity []Capacity      `json:"capacity"`           // of both colors
	Changes  []PartChange    `json:"changes"`            // the parts that make up a version
	Steps    []PlanStep      `json:"steps"`              // in order
	Cluster  *PlanCluster    `json:"cluster,omitempty"`  // not there on this machine
	Warnings []string        `json:"warnings,omitempty"` // what makes the deploy slower or riskier, such as a certificate that expires soon

	Listeners []deploy.Listener `json:"listeners,omitempty"` // where the app would listen on this machine
}

// Preflight is the answer of plan without a version.
type Preflight struct {
	App       string            `json:"app"`
	Listeners []deploy.Listener `json:"listeners"` // where the app would listen on this machine
}

// PlanCluster is the cluster that a deploy would change.
type PlanCluster struct {
	Context   string `json:"context"`   // of the kubeconfig
	Server    string `json:"server"`    // address of the API server
	Namespace string `json:"namespace"` // of the app
}

// Capacity is a color before, during and after a deploy.
type Capacity struct {
	Color  color.Color     `json:"color"`
	Now    int             `json:"now"`            // instances before the deploy
	Has    release.Version `json:"has,omitempty"`  // version before the deploy
	During int             `json:"during"`         // instances during the deploy
	Then   int             `json:"then"`           // instances after the deploy
	Gets   release.Version `json:"gets,omitempty"` // version after the deploy
}

// PartChange is one of the parts that make up a version.
type PartChange struct {
	Part    string `json:"part"`           // image, config, or infrastructure
	From    string `json:"from,omitempty"` // digest in the active version
	To      string `json:"to"`             // digest in the version to deploy
	Changed bool   `json:"changed"`
}

// PlanStep is one step of a deploy.
type PlanStep struct {
	Name    string  `json:"name"`
	What    string  `json:"what"`                      // what it would do
	Seconds float64 `json:"expectedSeconds,omitempty"` // median of earlier deploys, if they had the step
}
