package agent

import (
	"fmt"
	"log/slog"
	"time"

	"version-manager/internal/deploy"
)

// resumeApp brings back what the state says: it adopts the instances that live,
// starts those that do not and opens the entrances.
func (a *app) resumeApp() error {
	found := findStrays(a.paths)
	if a.damaged != nil {
		a.strays = found
		return a.damaged
	}
	a.turn <- struct{}{} // no change before the strays have ended
	st := a.currentState()
	inTheWay := st.removeAdopted(found)
	endStrays(a.paths, inTheWay)
	go func() {
		endStrays(a.paths, found) // may take as long as they need to drain
		<-a.turn
	}()
	for c, w := range st.Colors {
		secrets, err := loadSecrets(a.paths, c)
		if err != nil {
			slog.Error("resume", "app", a.name, "error", err)
		}
		spec := deploy.Spec{Release: w.Release, Replicas: w.Replicas, Secrets: secrets}
		s := &colorSide{paths: a.paths, color: c, want: *w, plan: deferPlan(a.agent.files, a.store, a.name, spec)}
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
	err := a.serveNoted()
	if err != nil {
		go a.reopenEntrances()
	}
	return err
}

// removeAdopted removes from found what is to be adopted, and returns apart what
// has the place of an instance that shall run something else.
func (s appState) removeAdopted(found map[string]processRecord) (inTheWay map[string]processRecord) {
	inTheWay = map[string]processRecord{}
	for c, w := range s.Colors {
		for n := range w.Replicas {
			id := instanceID(c, n+1)
			if r, ok := found[id]; ok && r.Key != w.Key {
				inTheWay[id] = r
			}
			delete(found, id)
		}
	}
	return inTheWay
}

// startInstances starts the instances that are missing, and returns when they were
// started; that they were is not that they are ready.
func (a *app) startInstances(s *colorSide, replicas int) error {
	for n := len(s.instances) + 1; n <= replicas; n++ {
		id := instanceID(s.color, n)
		if err := checkVacant(s.paths.runFile(id+".json"), s.want.Key); err != nil {
			return fmt.Errorf("instance %s: %w", id, err)
		}
		i, err := newInstance(n, s, a.client, a.agent.ports, func() { a.publishPool(s.color) })
		if err != nil {
			return err
		}
		a.mu.Lock()
		s.instances = append(s.instances, i)
		a.mu.Unlock()
	}
	for _, i := range s.instances {
		<-i.begun
		if err := i.startError(); err != nil {
			return fmt.Errorf("instance %s: %w", i.id, err)
		}
	}
	return nil
}

// stopInstances ends the instances beyond the first n and forgets them.
func (a *app) stopInstances(s *colorSide, n int, drain time.Duration) {
	if len(s.instances) <= n {
		return
	}
	stopAll(s.instances[n:], func(i *instance) { i.stopInstance(drain, a.proxy.InFlightOf) })
	a.mu.Lock()
	defer a.mu.Unlock()
	s.instances = s.instances[:n:n]
}
