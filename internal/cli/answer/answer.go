// Package answer has the types of what commands answer with -o json. Together
// with [version-manager/internal/progress.Event] and
// [version-manager/internal/ui.Failure] they are the contract of the command
// line with programs: docs/json.md lists all fields, and a test compares it
// with the types.
//
// Fields are only added. The types do not know how they are printed as text.
package answer

import (
	"encoding/json"
	"time"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/release"
)

// Status is the answer of status, scale and start: what is running.
type Status struct {
	deploy.Observed
	Cluster *clusterstatus.Cluster `json:"cluster,omitempty"` // the cluster around the app; not there on this machine
	Newest  *HistoryEntry          `json:"newestDeploy,omitempty"`
	Open    bool                   `json:"unfinished"` // the newest deploy is running or was interrupted

	Warnings []string `json:"warnings,omitempty"` // what needs attention on this machine: certificates, the start after a reboot

	PublicHint  string `json:"publicHint,omitempty"`  // a curl that sends a request to the app, if DNS does not know its name
	PreviewHint string `json:"previewHint,omitempty"` // a curl that sends a request to the standby color, if its address alone is not enough
}

// IsInterrupted reports that the newest deploy has to be resumed or rolled
// back.
func (s Status) IsInterrupted() bool { return s.Open && s.Lock == nil }

// HistoryEntry is one deploy in the answer of history.
type HistoryEntry struct {
	ID      string          `json:"id"`
	Kind    deploy.Kind     `json:"kind"`           // deploy, zero-downtime, or rollback
	From    release.Version `json:"from,omitempty"` // the version that was active before
	To      release.Version `json:"to"`             // the version that was deployed
	Color   color.Color     `json:"color"`          // the color in which it runs
	Phase   deploy.Phase    `json:"phase"`          // done, reverted, stuck, or diverted at the end
	Why     string          `json:"why,omitempty"`  // the error of the last failure
	By      string          `json:"by"`             // who started it
	Started time.Time       `json:"started"`
	Ended   time.Time       `json:"ended"`             // time of the last record, even if the deploy has not ended
	Resumed int             `json:"resumed,omitempty"` // how often it was continued
}

// HistoryDetail is the answer of history with an ID.
type HistoryDetail struct {
	HistoryEntry
	Steps   []deploy.StepRun  `json:"steps"`   // every run of every step, in order; a repeated step has several
	Reports map[string]string `json:"reports"` // names and paths of the report's files; empty until the deploy has ended
	Records []journal.Record  `json:"records"` // the journal as it was written
}

// HistoryPage is the answer of history --html.
type HistoryPage struct {
	Path string `json:"path"` // the report for a browser
}

// Cleanup is the answer of cleanup.
type Cleanup struct {
	App     string          `json:"app"`
	Standby release.Version `json:"standby,omitempty"` // the version that --standby stopped
	Stopped bool            `json:"stopped"`           // both colors are stopped and the entrances are closed
	State   string          `json:"state,omitempty"`   // the folder that --all deleted
}

// LogLine is one line of logs, which come as one object per line.
type LogLine struct {
	Instance string `json:"instance"`
	Text     string `json:"text"`
}

// ListEntry is one version in the answer of list.
type ListEntry struct {
	Version release.Version `json:"version"`
	State   string          `json:"state,omitempty"`   // "active on blue", "standby on green", "not built here", or "active on blue, not built here"
	Time    time.Time       `json:"time,omitzero"`     // time of the commit, if the version is built
	Commit  string          `json:"commit"`            // the full commit ID
	Image   string          `json:"image,omitempty"`   // digest of the image, if the version is built
	Message string          `json:"message,omitempty"` // from create -m, or the subject of the commit
	Tagged  bool            `json:"tagged"`            // a git tag exists
	Built   bool            `json:"built"`             // it can be deployed from this machine
	Moved   string          `json:"moved,omitempty"`   // the commit that the tag names now, if that is another one
}

// Diff is the answer of diff.
type Diff struct {
	App         string          `json:"app"`
	Version     release.Version `json:"version"`
	Differences []string        `json:"differences"` // one sentence per field that differs; empty if nothing does
}

// ObjectList is the answer of render: what kubectl takes as one object for
// many.
type ObjectList struct {
	APIVersion string            `json:"apiVersion"` // v1
	Kind       string            `json:"kind"`       // List
	Items      []json.RawMessage `json:"items"`      // the Kubernetes objects
}

// Install is the answer of install-ingress.
type Install struct {
	Context  string   `json:"context"`  // of the kubeconfig
	Did      []string `json:"did"`      // one sentence per change; empty if everything was there
	Warnings []string `json:"warnings"` // what differs from what was expected
}

// State is the answer of state show.
type State struct {
	App     string `json:"app"`
	Project string `json:"project"` // the folder of version-manager.yaml
	State   string `json:"state"`   // the state folder
	Source  string `json:"source"`  // why it is that one
	Exists  bool   `json:"exists"`
	Bytes   int64  `json:"bytes"`             // size of all files
	Agent   bool   `json:"agent"`             // an agent is using it
	Refused string `json:"refused,omitempty"` // why the folder is not used
}

// StateMove is the answer of state move and state adopt.
type StateMove struct {
	App   string `json:"app"`
	From  string `json:"from,omitempty"` // where it was; left out if it was not moved
	State string `json:"state"`          // where it is now
}

// Build is the answer of version.
type Build struct {
	Version  string `json:"version"`            // of version-manager itself
	Commit   string `json:"commit,omitempty"`   // that it was built from
	Modified bool   `json:"modified,omitempty"` // the work tree had changes
	Go       string `json:"go"`                 // version of the Go toolchain
	Platform string `json:"platform"`           // such as linux/amd64
}
