package appcmd

import (
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// planAnswer is what a deploy would do.
type planAnswer struct {
	Kind     deploy.Kind     `json:"kind"`
	App      string          `json:"app"`
	From     release.Version `json:"from,omitempty"`
	To       release.Version `json:"to"`
	Active   bool            `json:"active"` // To has the traffic already: nothing would be done
	Capacity []capacity      `json:"capacity"`
	Changes  []change        `json:"changes"`
	Steps    []expectedStep  `json:"steps"`
	Cluster  *planCluster    `json:"cluster,omitempty"`
	Warnings []string        `json:"warnings,omitempty"` // what makes the deploy slower or riskier, such as a certificate that ends soon

	Listeners []deploy.Listener `json:"listeners,omitempty"` // where the app would listen on this machine
}

// preflightAnswer is what can be said of a deploy without a version.
type preflightAnswer struct {
	App       string            `json:"app"`
	Listeners []deploy.Listener `json:"listeners"`
}

// planCluster is the cluster that would be changed.
type planCluster struct {
	Context   string `json:"context"`
	Server    string `json:"server"`
	Namespace string `json:"namespace"`
}

// capacity is a color before and after the deploy.
type capacity struct {
	Color  color.Color     `json:"color"`
	Now    int             `json:"now"`
	Has    release.Version `json:"has,omitempty"`
	During int             `json:"during"`
	Then   int             `json:"then"`
	Gets   release.Version `json:"gets,omitempty"`
}

// change is one of the parts that make up a version.
type change struct {
	Part    string `json:"part"`
	From    string `json:"from,omitempty"`
	To      string `json:"to"`
	Changed bool   `json:"changed"`
}

// expectedStep has a time if earlier deploys had that step.
type expectedStep struct {
	Name    string  `json:"name"`
	What    string  `json:"what"`
	Seconds float64 `json:"expectedSeconds,omitempty"`
}

func planCapacity(now deploy.Observed, plan deploy.Plan) []capacity {
	var list []capacity
	for _, c := range color.Both() {
		side := now.Colors[c]
		row := capacity{Color: c, Now: side.Want, Has: side.Version, During: side.Want, Then: side.Want, Gets: side.Version}
		switch {
		case c == plan.New:
			row.During, row.Then, row.Gets = plan.Replicas, plan.Replicas, plan.To()
		case plan.Kind == deploy.Plain:
			row.Then, row.Gets = 0, ""
		}
		list = append(list, row)
	}
	return list
}

func compareParts(from, to release.Release) []change {
	part := func(name, a, b string) change { return change{Part: name, From: a, To: b, Changed: a != b} }
	return []change{
		part("image", from.Image, to.Image),
		part("config", from.ConfigID, to.ConfigID),
		part("infrastructure", from.InfraID, to.InfraID),
	}
}

func estimateSteps(plan deploy.Plan, took map[string]time.Duration) []expectedStep {
	var list []expectedStep
	for _, s := range plan.Steps {
		list = append(list, expectedStep{Name: s.Name, What: s.What, Seconds: took[s.Name].Round(time.Millisecond).Seconds()})
	}
	return list
}
