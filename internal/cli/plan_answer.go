package cli

import (
	"cmp"
	"fmt"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/ui"
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

// addListeners tells where the app would listen.
func addListeners(facts *ui.Table, list []deploy.Listener) {
	for _, l := range list {
		text := l.URL
		if l.InsteadOf != 0 {
			text += fmt.Sprintf("    (instead of port %d, which is not available)", l.InsteadOf)
		}
		facts.Add("listens at", text)
	}
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

func capacities(now deploy.Observed, plan deploy.Plan) []capacity {
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

func changes(from, to release.Release) []change {
	part := func(name, a, b string) change { return change{Part: name, From: a, To: b, Changed: a != b} }
	return []change{
		part("image", from.Image, to.Image),
		part("config", from.ConfigID, to.ConfigID),
		part("infrastructure", from.InfraID, to.InfraID),
	}
}

func expected(plan deploy.Plan, took map[string]time.Duration) []expectedStep {
	var list []expectedStep
	for _, s := range plan.Steps {
		list = append(list, expectedStep{Name: s.Name, What: s.What, Seconds: took[s.Name].Round(time.Millisecond).Seconds()})
	}
	return list
}

func (o planOptions) print(a planAnswer) error {
	if a.Active {
		_, err := fmt.Fprintf(o.io.Out, "%s has all traffic already: nothing to do\n", a.To)
		return err
	}
	o.io.Line("%s %s: %s to %s", a.Kind, a.App, cmp.Or(string(a.From), "nothing"), a.To)
	o.io.Line("")
	if c := a.Cluster; c != nil {
		o.io.Line("in context %s, %s, namespace %s", c.Context, c.Server, c.Namespace)
	}
	for _, w := range a.Warnings {
		o.io.Line("warning: %s", w)
	}
	if a.Cluster != nil || len(a.Warnings) > 0 {
		fmt.Fprintln(o.io.Out)
	}
	colors := ui.Table{Heading: []string{"COLOR", "NOW", "DURING", "THEN"}}
	for _, c := range a.Capacity {
		colors.Add(string(c.Color), runs(c.Now, c.Has), runs(c.During, ""), runs(c.Then, c.Gets))
	}
	parts := ui.Table{Heading: []string{"PART", "CHANGE", "FROM", "TO"}}
	for _, c := range a.Changes {
		word := "same"
		if c.Changed {
			word = "differs"
		}
		parts.Add(c.Part, word, digest(c.From), digest(c.To))
	}
	steps := ui.Table{Heading: []string{"STEP", "USUALLY", "WHAT"}}
	for _, s := range a.Steps {
		took := "-"
		if s.Seconds > 0 {
			took = ui.Duration(time.Duration(s.Seconds * float64(time.Second)))
		}
		steps.Add(s.Name, took, s.What)
	}
	var places ui.Table
	places.Uncut = true
	addListeners(&places, a.Listeners)
	return o.tables(&colors, &parts, &steps, &places)
}

// runs reads "2 of v1.1.0", "2", or "-" where nothing runs.
func runs(n int, v release.Version) string {
	switch {
	case n == 0:
		return "-"
	case v == "":
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d of %s", n, v)
}
