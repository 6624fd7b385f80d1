package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"version-manager/internal/agent/statefile"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// notServed is why an instance does not run that the next agent would start.
const notServed = "the agent is not running"

// ReadRecorded returns what the files in a state folder say about an app while
// no agent serves it: what the next agent would start. It changes nothing.
func ReadRecorded(dir, app string) (deploy.Observed, error) {
	p := pathsOf(dir, app)
	s := appState{App: app}
	err := statefile.PeekDocument(p.stateFile(), &s)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	noCertificate := func(string) *deploy.Certificate { return nil }
	o := deploy.Observed{
		App: app, Active: s.Active, Revision: formatRevision(s.Revision), Entrances: s.listEntrances(notServedReason, noCertificate),
		Colors: map[color.Color]deploy.Side{}, Down: len(s.Colors) > 0,
	}
	for c, w := range s.Colors {
		side := deploy.Side{Version: w.Release.Version, Image: w.Release.Image, Want: w.Replicas, Instances: []deploy.Instance{}}
		for n := range w.Replicas {
			side.Instances = append(side.Instances, recordedInstance(p, supervisor.InstanceID(c, n+1)))
		}
		o.Colors[c] = side
	}
	return o, err
}

// HasRecords reports whether an app in the state folder runs, or is started by
// the next agent.
func HasRecords(dir string) bool {
	apps, _ := os.ReadDir(filepath.Join(dir, "apps")) // none is empty
	for _, app := range apps {
		if now, err := ReadRecorded(dir, app.Name()); err != nil || now.Down {
			return true
		}
	}
	return false
}

// notServedReason says why an address is closed.
func notServedReason(string) string { return notServed }

// recordedInstance is an instance that an agent started which is gone. The
// process may have survived it, but no requests reach it.
func recordedInstance(p appPaths, id string) deploy.Instance {
	r, _ := supervisor.ReadRecord(p.runDir(), id) // a damaged record counts as none
	return deploy.Instance{ID: id, Started: r.Started, Restarts: r.Restarts, Reason: notServed}
}
