package agent

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"version-manager/internal/agent/statefile"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

// notServed is why an instance does not run that would be started again.
const notServed = "the agent does not run"

// ReadRecorded returns what the files in a state folder say about an app while no
// agent serves it: what would be started again. It changes nothing.
func ReadRecorded(dir, app string) (deploy.Observed, error) {
	p := appPaths{filepath.Join(dir, "apps", app)}
	s := appState{App: app}
	err := statefile.PeekDocument(p.stateFile(), &s)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	o := deploy.Observed{
		App: app, Active: s.Active, Revision: formatRevision(s.Revision), Entrances: s.listEntrances(notServedReason, func(string) *deploy.Certificate { return nil }),
		Colors: map[color.Color]deploy.Side{}, Down: len(s.Colors) > 0,
	}
	for c, w := range s.Colors {
		side := deploy.Side{Version: w.Release.Version, Image: w.Release.Image, Want: w.Replicas, Instances: []deploy.Instance{}}
		for n := range w.Replicas {
			side.Instances = append(side.Instances, recordedInstance(p, instanceID(c, n+1)))
		}
		o.Colors[c] = side
	}
	return o, err
}

// HasRecords reports whether an app in the state folder runs, or is started again
// by the next agent.
func HasRecords(dir string) bool {
	apps, _ := os.ReadDir(filepath.Join(dir, "apps")) // none is empty
	for _, app := range apps {
		if now, err := ReadRecorded(dir, app.Name()); err != nil || now.Down {
			return true
		}
	}
	return false
}

// notServedReason is why nobody can connect to an address.
func notServedReason(string) string { return notServed }

// recordedInstance is an instance that an agent started which is gone. The
// process may have survived it, but nothing leads requests to it.
func recordedInstance(p appPaths, id string) deploy.Instance {
	r, _ := readRecord(p.runFile(id + ".json")) // none is as good as a damaged one
	return deploy.Instance{ID: id, Started: r.Started, Restarts: r.Restarts, Reason: notServed}
}
