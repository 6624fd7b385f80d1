package agent

import (
	"log/slog"

	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/deploy"
)

// resumeApp restores what the state says: it adopts the instances that are
// alive, starts those that are not, and opens the entrances.
func (a *app) resumeApp() error {
	found := supervisor.FindStrays(a.paths.runDir())
	if a.damaged != nil {
		a.strays = found
		return a.damaged
	}
	a.turn <- struct{}{} // no change before the strays have ended
	st := a.currentState()
	inTheWay := st.removeAdopted(found)
	supervisor.EndStrays(a.paths.runDir(), inTheWay)
	go func() {
		supervisor.EndStrays(a.paths.runDir(), found) // may take as long as they need to drain
		<-a.turn
	}()
	for c, w := range st.Colors {
		secrets, err := loadSecrets(a.paths, c)
		if err != nil {
			slog.Error("resume", "app", a.name, "error", err)
		}
		spec := deploy.Spec{Release: w.Release, Replicas: w.Replicas, Secrets: secrets}
		s := &colorSide{color: c, want: *w, plan: launch.DeferPlan(a.agent.files, a.store, a.name, spec)}
		a.mu.Lock()
		a.sides[c] = s
		a.proxy.SetPrivatePaths(c, w.Release.Config.PrivatePaths())
		a.mu.Unlock()
		if err := a.startInstances(s, w.Replicas); err != nil {
			slog.Error("resume", "app", a.name, "color", c, "error", err)
		}
		a.publishPool(c)
	}
	a.proxy.SwitchRoute(st.Active)
	err := a.entrances.serveRecorded()
	if err != nil {
		go a.entrances.reopenEntrances()
	}
	return err
}

// removeAdopted removes from found the processes that will be adopted. It returns
// those that take the place of an instance that has to run something else.
func (s appState) removeAdopted(found map[string]supervisor.Record) (inTheWay map[string]supervisor.Record) {
	inTheWay = map[string]supervisor.Record{}
	for c, w := range s.Colors {
		for n := range w.Replicas {
			id := supervisor.InstanceID(c, n+1)
			if r, ok := found[id]; ok && r.Key != w.Key {
				inTheWay[id] = r
			}
			delete(found, id)
		}
	}
	return inTheWay
}
