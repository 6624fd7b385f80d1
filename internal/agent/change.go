package agent

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/launch"
	"version-manager/internal/agent/supervisor"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// retireGrace is how long connections of a retired color may take to end by
// themselves. The engine has waited for them already.
const retireGrace = time.Second

// applySpec makes color c run a spec.
func (a *app) applySpec(ctx context.Context, token uint64, c color.Color, req api.ApplyRequest) error {
	return a.withTurn(ctx, token, func(ctx context.Context) error {
		a.agent.unpacking.RLock()
		defer a.agent.unpacking.RUnlock()
		spec := req.Spec
		key, err := a.completeSpec(c, &spec)
		if err != nil {
			return err
		}
		asked, err := a.entrances.openEntrances(token, req.Local, req.Project)
		if err != nil {
			return err
		}
		if err := a.openPreview(req); err != nil {
			return err
		}
		w := wantedColor{Release: spec.Release, Replicas: spec.Replicas, Key: key, Entrances: asked}
		if s := a.sides[c]; s != nil && s.want.Key == key {
			return a.resizeColor(token, s, w)
		}
		plan, err := launch.NewPlan(ctx, a.agent.files, a.store, a.name, spec)
		if err != nil {
			return err
		}
		a.clearColor(c)
		return a.installColor(token, c, plan, w, spec.Secrets)
	})
}

// completeSpec refuses a spec that would cost requests, and fills in the
// secrets that the color has already, where the caller brings none.
func (a *app) completeSpec(c color.Color, spec *deploy.Spec) (key string, err error) {
	active := a.currentState().Active == c
	same := a.sides[c] != nil && sameRelease(a.sides[c].want.Release, spec.Release)
	if err := spec.CheckApply(a.name, c, active, a.sides[c] != nil && !same); err != nil {
		return "", err
	}
	if same && (spec.Secrets == nil || active) {
		// Instances of one color are alike. New secrets come with the next deploy.
		return a.sides[c].want.Key, nil
	}
	if spec.Secrets == nil && a.sides[c] == nil {
		spec.Secrets = spec.Spare
	}
	if same {
		have, err := loadSecrets(a.paths, c)
		if err == nil && maps.Equal(have, spec.Secrets) {
			return a.sides[c].want.Key, nil
		}
	}
	return newKey(), nil
}

// resizeColor changes only the number of instances, and records the entrances.
func (a *app) resizeColor(token uint64, s *colorSide, next wantedColor) error {
	if s.want.Replicas != next.Replicas || !slices.Equal(s.want.Entrances, next.Entrances) {
		if err := a.changeState(token, func(st *appState) { st.Colors[s.color] = &next }); err != nil {
			return err
		}
		a.mu.Lock()
		s.want = next
		a.mu.Unlock()
	}
	a.stopInstances(s, next.Replicas, s.want.Release.Config.Drain.Duration)
	return a.startInstances(s, next.Replicas)
}

// installColor starts w in a color that runs nothing.
func (a *app) installColor(token uint64, c color.Color, p *launch.Plan, w wantedColor, secrets deploy.Secrets) error {
	if err := a.paths.makeDirs(); err != nil {
		return err
	}
	if err := saveSecrets(a.paths, c, secrets); err != nil {
		return fmt.Errorf("save the secrets: %w", err)
	}
	if err := a.changeState(token, func(st *appState) { st.Colors[c] = &w }); err != nil {
		return err
	}
	s := &colorSide{color: c, want: w, plan: p.ReadyPlan}
	a.mu.Lock()
	a.sides[c] = s
	a.proxy.ResetCounts(c)
	a.proxy.SetPrivatePaths(c, w.Release.Config.PrivatePaths())
	a.mu.Unlock()
	return a.startInstances(s, w.Replicas)
}

// clearColor closes what is open on a standby color and ends its instances.
func (a *app) clearColor(c color.Color) {
	s := a.sides[c]
	if s == nil {
		return
	}
	a.proxy.SetPool(c, "", nil)
	a.proxy.CloseColor(c, retireGrace)
	a.stopInstances(s, 0, 0)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sides, c)
}

// startInstances starts the instances that are missing, and returns when they
// were started. They may not be ready by then.
func (a *app) startInstances(s *colorSide, replicas int) error {
	for n := len(s.instances) + 1; n <= replicas; n++ {
		id := supervisor.InstanceID(s.color, n)
		if err := supervisor.CheckVacant(a.paths.runDir(), id, s.want.Key); err != nil {
			return err
		}
		i, err := supervisor.StartInstance(supervisor.Config{
			ID: id, Color: s.color, Key: s.want.Key, Plan: s.plan, Health: s.want.Release.Config.Health,
			RunDir: a.paths.runDir(), LogFile: a.paths.logFile(id), Client: a.client, Ports: a.agent.ports,
			Changed: func() { a.publishPool(s.color) },
		})
		if err != nil {
			return err
		}
		a.mu.Lock()
		s.instances = append(s.instances, i)
		a.mu.Unlock()
	}
	for _, i := range s.instances {
		if err := i.WaitStarted(); err != nil {
			return err
		}
	}
	return nil
}

// stopInstances ends the instances beyond the first n and removes them.
func (a *app) stopInstances(s *colorSide, n int, drain time.Duration) {
	if len(s.instances) <= n {
		return
	}
	supervisor.StopAll(s.instances[n:], func(i *supervisor.Instance) { i.StopInstance(drain, a.proxy.InFlightOf) })
	a.mu.Lock()
	defer a.mu.Unlock()
	s.instances = s.instances[:n:n]
}

func sameRelease(a, b release.Release) bool {
	x, errX := json.Marshal(a)
	y, errY := json.Marshal(b)
	return errX == nil && errY == nil && bytes.Equal(x, y)
}
