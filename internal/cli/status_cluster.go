package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

// surrounded is a target that can say what is around the app.
type surrounded interface {
	Surroundings(ctx context.Context) (*deploy.Cluster, error)
}

// surroundings are those of the target, nil where it is this machine.
func surroundings(ctx context.Context, t deploy.Target) (*deploy.Cluster, error) {
	s, ok := t.(surrounded)
	if !ok {
		return nil, nil
	}
	around, err := s.Surroundings(ctx)
	if err != nil {
		return nil, fmt.Errorf("look around in the cluster: %w", err)
	}
	return around, nil
}

// supplied is a target that knows what would keep it from running a release.
type supplied interface {
	Deliverable(ctx context.Context, r release.Release) error
}

// undeliverable is why a release could not be started, nothing if it could.
func undeliverable(ctx context.Context, t deploy.Target, r release.Release) []string {
	s, ok := t.(supplied)
	if !ok {
		return nil
	}
	err := s.Deliverable(ctx, r)
	if err == nil {
		return nil
	}
	text := "a deploy would fail: " + err.Error()
	if p, ok := errors.AsType[*problem.Problem](err); ok && p.Hint != "" {
		text += ": " + p.Hint
	}
	return []string{text}
}

// hinted is a target that is asked with more than an address.
type hinted interface {
	// PublicHint is a command that asks the app, where DNS does not know it.
	PublicHint(ctx context.Context) string
	// PreviewHint is a command that asks the standby color.
	PreviewHint(ctx context.Context) string
}

// clusterFacts says where the app runs.
func clusterFacts(facts *ui.Table, c *deploy.Cluster) {
	facts.Add("cluster", fmt.Sprintf("context %s, %s, Kubernetes %s", c.Context, c.Server, c.Version))
	facts.Add("namespace", c.Namespace)
	for _, w := range c.Warnings {
		facts.Add("warning", w)
	}
}

func (o statusOptions) clusterTables(c *deploy.Cluster) []*ui.Table {
	list := []*ui.Table{o.nodesTable(c.Nodes), servicesTable(c.Services)}
	if c.Scaler != nil {
		list = append(list, scalerTable(c.Scaler))
	}
	if len(c.Events) > 0 {
		list = append(list, o.eventsTable(c.Events))
	}
	return list
}

func (o statusOptions) nodesTable(nodes []deploy.Node) *ui.Table {
	t := &ui.Table{Heading: []string{"NODE", "READY", "ROLES", "AGE", "VERSION", "ADDRESS", "REASON"}, Why: true}
	for _, n := range nodes {
		t.Add(n.Name, yesNo(n.Ready), strings.Join(n.Roles, ","), ui.Age(n.Created, o.now()), n.Version, n.Address, n.Reason)
	}
	return t
}

func servicesTable(services []deploy.Service) *ui.Table {
	t := &ui.Table{Heading: []string{"SERVICE", "TYPE", "ADDRESS", "PORTS", "READY"}}
	for _, s := range services {
		t.Add(s.Name, s.Type, s.Address, strings.Join(s.Ports, ","), fmt.Sprint(s.Ready))
	}
	return t
}

func scalerTable(s *deploy.Scaler) *ui.Table {
	t := &ui.Table{Heading: []string{"SCALER", "MIN", "MAX", "CURRENT", "DESIRED", "LOAD"}}
	var load []string
	for _, m := range s.Metrics {
		now := "unknown"
		if m.Current != nil {
			now = fmt.Sprintf("%d%%", *m.Current)
		}
		load = append(load, fmt.Sprintf("%s %s of %d%%", m.Name, now, m.Target))
	}
	t.Add(string(s.Color), fmt.Sprint(s.Min), fmt.Sprint(s.Max), fmt.Sprint(s.Current), fmt.Sprint(s.Desired), strings.Join(load, ", "))
	return t
}

// mostEvents of the newest are shown to a person.
const mostEvents = 12

func (o statusOptions) eventsTable(events []deploy.ClusterEvent) *ui.Table {
	t := &ui.Table{Heading: []string{"EVENT", "COUNT", "OBJECT", "REASON", "MESSAGE"}, Why: true}
	for _, e := range events[max(0, len(events)-mostEvents):] {
		t.Add(ui.Age(e.Time, o.now()), fmt.Sprint(max(1, e.Count)), e.Object, e.Reason, firstLine(e.Message))
	}
	return t
}

// podsTable is instancesTable with the node of each.
func (o statusOptions) podsTable(now deploy.Observed) *ui.Table {
	t := &ui.Table{Heading: []string{"INSTANCE", "READY", "AGE", "RESTARTS", "NODE", "ADDRESS", "REASON"}, Why: true}
	for _, c := range color.Both() {
		for _, i := range now.Colors[c].Instances {
			t.Add(i.ID, yesNo(i.Ready), ui.Age(i.Started, o.now()), ui.Count(i.Restarts), i.Node, i.Address, i.Reason)
		}
	}
	return t
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}
