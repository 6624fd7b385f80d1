package appcmd

import (
	"cmp"
	"fmt"
	"time"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// addListeners adds where the app would listen.
func addListeners(facts *ui.Table, list []deploy.Listener) {
	for _, l := range list {
		text := l.URL
		if l.InsteadOf != 0 {
			text += fmt.Sprintf("    (instead of port %d, which is not available)", l.InsteadOf)
		}
		facts.AddRow("listens at", text)
	}
}

func printPlan(inv *command.Invocation, a answer.Plan) error {
	if a.Active {
		_, err := fmt.Fprintf(inv.Streams.Out, "%s already has all the traffic: nothing to do\n", a.To)
		return err
	}
	inv.Streams.PrintLine("%s %s: %s to %s", a.Kind, a.App, cmp.Or(string(a.From), "nothing"), a.To)
	inv.Streams.PrintLine("")
	if c := a.Cluster; c != nil {
		inv.Streams.PrintLine("in context %s, %s, namespace %s", c.Context, c.Server, c.Namespace)
	}
	for _, w := range a.Warnings {
		inv.Streams.PrintLine("warning: %s", w)
	}
	if a.Cluster != nil || len(a.Warnings) > 0 {
		fmt.Fprintln(inv.Streams.Out)
	}
	colors := ui.Table{Heading: []string{"COLOR", "NOW", "DURING", "THEN"}}
	for _, c := range a.Capacity {
		colors.AddRow(string(c.Color), countOf(c.Now, c.Has), countOf(c.During, ""), countOf(c.Then, c.Gets))
	}
	parts := ui.Table{Heading: []string{"PART", "CHANGE", "FROM", "TO"}}
	for _, c := range a.Changes {
		word := "same"
		if c.Changed {
			word = "differs"
		}
		parts.AddRow(c.Part, word, command.ShortDigest(c.From), command.ShortDigest(c.To))
	}
	steps := ui.Table{Heading: []string{"STEP", "USUALLY", "WHAT"}}
	for _, s := range a.Steps {
		took := "-"
		if s.Seconds > 0 {
			took = ui.FormatDuration(time.Duration(s.Seconds * float64(time.Second)))
		}
		steps.AddRow(s.Name, took, s.What)
	}
	var places ui.Table
	places.KeepWide = true
	addListeners(&places, a.Listeners)
	return inv.PrintTables(&colors, &parts, &steps, &places)
}

// countOf returns "2 of v1.1.0", "2", or "-" if nothing runs.
func countOf(n int, v release.Version) string {
	switch {
	case n == 0:
		return "-"
	case v == "":
		return fmt.Sprint(n)
	}
	return fmt.Sprintf("%d of %s", n, v)
}
