package appcmd

import (
	"cmp"
	"fmt"

	"version-manager/internal/cli/command"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/ui"
)

func printStatus(inv *command.Invocation, s statusAnswer) error {
	facts := ui.Table{Uncut: true}
	facts.Add("app", s.App)
	switch side, ok := s.Colors[s.Active]; {
	case ok:
		facts.Add("active", fmt.Sprintf("%s on %s", side.Version, s.Active))
	default:
		facts.Add("active", "nothing is deployed")
	}
	addEntrances(&facts, s.Entrances)
	if s.PublicHint != "" {
		facts.Add("by curl", s.PublicHint)
	}
	if preview := cmp.Or(s.PreviewHint, s.Entrances.Preview); preview != "" {
		facts.Add("preview", preview)
	}
	if s.Lock != nil {
		facts.Add("locked by", fmt.Sprintf("%s, since %s", s.Lock.Name, ui.Clock(s.Lock.Since, inv.Now())))
	}
	if n := s.Newest; n != nil {
		facts.Add("newest", fmt.Sprintf("deploy %s: %s to %s, %s %s", n.ID, n.Kind, n.To, s.describeNewest(), ui.Clock(n.Ended, inv.Now())))
	}
	for _, w := range s.Warnings {
		facts.Add("warning", w)
	}
	list := []*ui.Table{&facts}
	if len(s.Colors) > 0 {
		list = append(list, colorsTable(s.Observed), instancesTable(inv, s.Observed))
	}
	if s.Cluster != nil {
		addClusterFacts(&facts, s.Cluster)
		list = append(list, clusterTables(inv, s.Cluster)...)
	}
	return inv.PrintTables(list...)
}

// describeNewest says how far the newest deploy has come, before the time of its last
// record. Nobody works on one that is open while the lock is free.
func (s statusAnswer) describeNewest() string {
	phase := string(s.Newest.Phase)
	switch {
	case !s.Open:
		return phase + " at"
	case s.isInterrupted() && s.Newest.Phase != deploy.Stuck:
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
		t.Add(string(c), string(side.Version), state, fmt.Sprintf("%d/%d", side.Ready(), side.Want), ui.Count(side.InFlight), ui.Count(side.Tunnels),
			ui.Count(int(side.Requests)), ui.Count(int(side.Errors)), ui.Count(side.Restarts()))
	}
	return t
}

func instancesTable(inv *command.Invocation, now deploy.Observed) *ui.Table {
	if now.Cluster != nil {
		return podsTable(inv, now)
	}
	t := &ui.Table{Heading: []string{"INSTANCE", "READY", "STARTED", "RESTARTS", "ADDRESS", "REASON"}, Why: true}
	for _, c := range color.Both() {
		for _, i := range now.Colors[c].Instances {
			t.Add(i.ID, command.YesNo(i.Ready), ui.Age(i.Started, inv.Now()), ui.Count(i.Restarts), i.Address, i.Reason)
		}
	}
	return t
}
