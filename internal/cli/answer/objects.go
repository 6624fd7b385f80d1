package answer

import (
	"version-manager/internal/autostart"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/deploy"
	"version-manager/internal/infra/onemachine"
	"version-manager/internal/journal"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/release"
	"version-manager/internal/release/gobuild"
	"version-manager/internal/report"
	"version-manager/internal/ui"
)

// Object is a JSON object that commands print. docs/json.md has a section for
// each, with its name as the heading.
type Object struct {
	Name     string
	Commands []string // whose answer it is; none if it is only part of others
	Value    any      // of the type
}

// Objects returns all objects, in the order of docs/json.md. Two types with the
// same fields share a section.
func Objects() []Object {
	return []Object{
		{"Status", []string{"status", "scale", "start"}, Status{}},
		{"Color", nil, deploy.Side{}},
		{"Instance", nil, deploy.Instance{}},
		{"Route", nil, deploy.Route{}},
		{"Entrances", nil, deploy.Entrances{}},
		{"Listener", nil, deploy.Listener{}},
		{"Certificate", nil, deploy.Certificate{}},
		{"Lock", nil, deploy.Holder{}},
		{"Cluster", nil, clusterstatus.Cluster{}},
		{"Node", nil, clusterstatus.Node{}},
		{"Service", nil, clusterstatus.Service{}},
		{"Scaler", nil, clusterstatus.Scaler{}},
		{"Metric", nil, clusterstatus.Metric{}},
		{"Cluster event", nil, clusterstatus.Event{}},
		{"Report", []string{"deploy", "zero-downtime", "rollback", "resume"}, report.Report{}},
		{"Report step", nil, report.Span{}},
		{"Measurement", nil, probe.Measurement{}},
		{"Request count", nil, probe.Count{}},
		{"Source", nil, probe.Seen{}},
		{"Bucket", nil, probe.Bucket{}},
		{"Outgoing version", nil, report.Outgoing{}},
		{"Sleep", nil, report.Slept{}},
		{"Deploy", []string{"history"}, HistoryEntry{}},
		{"Deploy in detail", []string{"history ID"}, HistoryDetail{}},
		{"Step", nil, deploy.StepRun{}},
		{"Record", nil, journal.Record{}},
		{"Report page", []string{"history ID --html"}, HistoryPage{}},
		{"Plan", []string{"plan VERSION"}, Plan{}},
		{"Capacity", nil, Capacity{}},
		{"Part", nil, PartChange{}},
		{"Planned step", nil, PlanStep{}},
		{"Planned cluster", nil, PlanCluster{}},
		{"Preflight", []string{"plan"}, Preflight{}},
		{"Version", []string{"list"}, ListEntry{}},
		{"Release", []string{"create"}, release.Release{}},
		{"Module", nil, gobuild.Module{}},
		{"Log line", []string{"logs"}, LogLine{}},
		{"Cleanup", []string{"cleanup"}, Cleanup{}},
		{"Object list", []string{"render"}, ObjectList{}},
		{"Diff", []string{"diff"}, Diff{}},
		{"Install", []string{"install-ingress"}, Install{}},
		{"Local cluster", []string{"cluster status", "cluster up"}, onemachine.Status{}},
		{"Local node", nil, onemachine.Node{}},
		{"Process", nil, onemachine.Process{}},
		{"Boot service", []string{"agent status", "agent install", "agent remove"}, autostart.Status{}},
		{"State", []string{"state show"}, State{}},
		{"State move", []string{"state move", "state adopt"}, StateMove{}},
		{"Build", []string{"version"}, Build{}},
		{"Event", []string{"--progress json"}, progress.Event{}},
		{"Color", nil, progress.ColorStatus{}},
		{"Instance", nil, progress.InstanceStatus{}},
		{"Request count", nil, progress.RequestCount{}},
		{"Failure", []string{"--progress json"}, ui.Failure{}},
	}
}
