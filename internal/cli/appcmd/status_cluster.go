package appcmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/cli/command"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// describeCluster describes the cluster of the target. It returns nil for this
// machine.
func describeCluster(ctx context.Context, t deploy.Target) (*clusterstatus.Cluster, error) {
	s, ok := t.(deploy.ClusterDescriber)
	if !ok {
		return nil, nil
	}
	around, err := s.DescribeCluster(ctx)
	if err != nil {
		return nil, fmt.Errorf("describe the cluster: %w", err)
	}
	return around, nil
}

// deliveryWarnings says why a release could not be started, nothing if it
// could.
func deliveryWarnings(ctx context.Context, t deploy.Target, r release.Release) []string {
	s, ok := t.(deploy.DeliveryChecker)
	if !ok {
		return nil
	}
	err := s.CheckDelivery(ctx, r)
	if err == nil {
		return nil
	}
	text := "a deploy would fail: " + err.Error()
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Hint != "" {
		text += ": " + p.Hint
	}
	return []string{text}
}

// addClusterFacts adds where the app runs.
func addClusterFacts(facts *ui.Table, c *clusterstatus.Cluster) {
	facts.AddRow("cluster", fmt.Sprintf("context %s, %s, Kubernetes %s", c.Context, c.Server, c.Version))
	facts.AddRow("namespace", c.Namespace)
	for _, w := range c.Warnings {
		facts.AddRow("warning", w)
	}
}

func clusterTables(inv *command.Invocation, c *clusterstatus.Cluster) []*ui.Table {
	list := []*ui.Table{nodesTable(inv, c.Nodes), servicesTable(c.Services)}
	if c.Scaler != nil {
		list = append(list, scalerTable(c.Scaler))
	}
	if len(c.Events) > 0 {
		list = append(list, eventsTable(inv, c.Events))
	}
	return list
}

func nodesTable(inv *command.Invocation, nodes []clusterstatus.Node) *ui.Table {
	t := &ui.Table{Heading: []string{"NODE", "READY", "ROLES", "AGE", "VERSION", "ADDRESS", "REASON"}, WrapLast: true}
	for _, n := range nodes {
		t.AddRow(n.Name, command.YesNo(n.Ready), strings.Join(n.Roles, ","), ui.FormatAge(n.Created, inv.Now()), n.Version, n.Address, n.Reason)
	}
	return t
}

func servicesTable(services []clusterstatus.Service) *ui.Table {
	t := &ui.Table{Heading: []string{"SERVICE", "TYPE", "ADDRESS", "PORTS", "READY"}}
	for _, s := range services {
		t.AddRow(s.Name, s.Type, s.Address, strings.Join(s.Ports, ","), fmt.Sprint(s.Ready))
	}
	return t
}

func scalerTable(s *clusterstatus.Scaler) *ui.Table {
	t := &ui.Table{Heading: []string{"SCALER", "MIN", "MAX", "CURRENT", "DESIRED", "LOAD"}}
	var load []string
	for _, m := range s.Metrics {
		now := "unknown"
		if m.Current != nil {
			now = fmt.Sprintf("%d%%", *m.Current)
		}
		load = append(load, fmt.Sprintf("%s %s of %d%%", m.Name, now, m.Target))
	}
	t.AddRow(string(s.Color), fmt.Sprint(s.Min), fmt.Sprint(s.Max), fmt.Sprint(s.Current), fmt.Sprint(s.Desired), strings.Join(load, ", "))
	return t
}

// maxShownEvents is how many of the newest events are shown to a person.
const maxShownEvents = 12

func eventsTable(inv *command.Invocation, events []clusterstatus.Event) *ui.Table {
	t := &ui.Table{Heading: []string{"EVENT", "COUNT", "OBJECT", "REASON", "MESSAGE"}, WrapLast: true}
	for _, e := range events[max(0, len(events)-maxShownEvents):] {
		t.AddRow(ui.FormatAge(e.Time, inv.Now()), fmt.Sprint(max(1, e.Count)), e.Object, e.Reason, command.FirstLine(e.Message))
	}
	return t
}

// podsTable is instancesTable with the node of each.
func podsTable(inv *command.Invocation, now deploy.Observed) *ui.Table {
	t := &ui.Table{Heading: []string{"INSTANCE", "READY", "AGE", "RESTARTS", "NODE", "ADDRESS", "REASON"}, WrapLast: true}
	for _, c := range color.Both() {
		for _, i := range now.Colors[c].Instances {
			t.AddRow(i.ID, command.YesNo(i.Ready), ui.FormatAge(i.Started, inv.Now()), ui.FormatCount(i.Restarts), i.Node, i.Address, i.Reason)
		}
	}
	return t
}
