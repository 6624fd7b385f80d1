package appcmd

import (
	"cmp"
	"fmt"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/ui"
)

func printStatus(inv *command.Invocation, s answer.Status) error {
	facts := ui.Table{KeepWide: true}
	facts.AddRow("app", s.App)
	switch side, ok := s.Colors[s.Active]; {
	case ok:
		facts.AddRow("active", fmt.Sprintf("%s on %s", side.Version, s.Active))
	default:
		facts.AddRow("active", "nothing is deployed")
	}
	addEntrances(&facts, s.Entrances)
	if s.PublicHint != "" {
		facts.AddRow("by curl", s.PublicHint)
	}
	if preview := cmp.Or(s.PreviewHint, s.Entrances.Preview); preview != "" {
		facts.AddRow("preview", preview)
	}
	if s.Lock != nil {
		facts.AddRow("locked by", fmt.Sprintf("%s, since %s", s.Lock.Name, ui.FormatClock(s.Lock.Since, inv.Now())))
	}
	if n := s.Newest; n != nil {
		facts.AddRow("newest", fmt.Sprintf("deploy %s: %s to %s, %s %s", n.ID, n.Kind, n.To, describeNewest(s), ui.FormatClock(n.Ended, inv.Now())))
	}
	for _, w := range s.Warnings {
		facts.AddRow("warning", w)
	}
	list := []*ui.Table{&facts}
	if len(s.Colors) > 0 {
		instances := instancesTable
		if s.Cluster != nil {
			instances = podsTable
		}
		list = append(list, colorsTable(s.Observed), instances(inv, s.Observed))
	}
	if s.Cluster != nil {
		addClusterFacts(&facts, s.Cluster)
		list = append(list, clusterTables(inv, s.Cluster)...)
	}
	return inv.PrintTables(list...)
}

// describeNewest says how far the newest deploy has come, before the time of its last
// record. Nobody works on one that is open while the lock is free.
func describeNewest(s answer.Status) string {
	phase := string(s.Newest.Phase)
	switch {
	case !s.Open:
		return phase + " at"
	case s.IsInterrupted() && s.Newest.Phase != deploy.Stuck:
		return "interrupted while " + phase + " since"
	}
	return phase + " since"
}

func colorsTable(now deploy.Observed) *ui.Table {
	t := &ui.Table{Heading: []string{"COLOR", "VERSION", "STATE", "READY", "IN FLIGHT", "TUNNELS", "REQUESTS", "ERRORS", "RESTARTS"}}
	for _, c := range color.Both() {
		side, ok := now.Colors[c]
		if !ok {
			continue
		}
		state := "standby"
		if c == now.Active {
			state = "active"
		}
		t.AddRow(string(c), string(side.Version), state, fmt.Sprintf("%d/%d", side.Ready(), side.Want), ui.FormatCount(side.InFlight), ui.FormatCount(side.Tunnels),
			ui.FormatCount(int(side.Requests)), ui.FormatCount(int(side.Errors)), ui.FormatCount(side.Restarts()))
	}
	return t
}

func instancesTable(inv *command.Invocation, now deploy.Observed) *ui.Table {
	t := &ui.Table{Heading: []string{"INSTANCE", "READY", "STARTED", "RESTARTS", "ADDRESS", "REASON"}, WrapLast: true}
	for _, c := range color.Both() {
		for _, i := range now.Colors[c].Instances {
			t.AddRow(i.ID, command.YesNo(i.Ready), ui.FormatAge(i.Started, inv.Now()), ui.FormatCount(i.Restarts), i.Address, i.Reason)
		}
	}
	return t
}
