package agent

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"version-manager/internal/agent/api"
	"version-manager/internal/agent/statefile"
	"version-manager/internal/atomicfile"
	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/problem"
	"version-manager/internal/release"
)

// farewell is how long connections of a retired color are given to end by
// themselves, after the engine has waited for them already.
const farewell = time.Second

// apply makes color c run spec.
func (a *app) apply(ctx context.Context, token uint64, c color.Color, req api.ApplyRequest) error {
	return a.exclusive(ctx, token, func(ctx context.Context) error {
		a.agent.unpacking.RLock()
		defer a.agent.unpacking.RUnlock()
		spec := req.Spec
		key, err := a.completeSpec(c, &spec)
		if err != nil {
			return err
		}
		if s := a.sides[c]; s != nil && s.want.Key == key {
			return a.resize(token, s, spec.Replicas)
		}
		plan, err := newPlan(ctx, a.root, a.store, a.name, spec)
		if err != nil {
			return err
		}
		if err := a.openEntrances(token, spec.Release.Config.Local, req.Project); err != nil {
			return err
		}
		a.clear(c)
		return a.install(token, c, plan, spec, key)
	})
}

// completeSpec refuses what would cost requests, and fills in the secrets that
// the color has already, where the caller brings none.
func (a *app) completeSpec(c color.Color, spec *deploy.Spec) (key string, err error) {
	if spec.Release.App != a.name {
		return "", problem.New(problem.Usage, "", "%s is a release of %q, not of %q", spec.Release.Version, spec.Release.App, a.name)
	}
	if spec.Replicas < 0 {
		return "", problem.New(problem.Usage, "", "%d instances cannot be", spec.Replicas)
	}
	active := a.now().Active == c
	if active && spec.Replicas == 0 {
		return "", fmt.Errorf("scale %s to zero: it is active: %w", c, deploy.ErrRefused)
	}
	same := a.sides[c] != nil && sameRelease(a.sides[c].want.Release, spec.Release)
	if active && !same {
		return "", fmt.Errorf("replace %s in %s: it is active: %w", a.sides[c].want.Release.Version, c, deploy.ErrRefused)
	}
	if same && (spec.Secrets == nil || active) {
		// Instances of one color are alike. New secrets come with the next deploy.
		return a.sides[c].want.Key, nil
	}
	return keyOf(*spec)
}

// resize changes only the number of instances.
func (a *app) resize(token uint64, s *side, replicas int) error {
	if s.want.Replicas != replicas {
		next := s.want
		next.Replicas = replicas
		if err := a.change(token, func(st *state) { st.Colors[s.color] = &next }); err != nil {
			return err
		}
		a.mu.Lock()
		s.want = next
		a.mu.Unlock()
	}
	a.shrink(s, replicas, s.want.Release.Config.Drain.Duration)
	return a.grow(s, replicas)
}

// install starts spec in a color that runs nothing.
func (a *app) install(token uint64, c color.Color, p *plan, spec deploy.Spec, key string) error {
	w := wanted{Release: spec.Release, Replicas: spec.Replicas, Key: key}
	if err := a.paths.make(); err != nil {
		return err
	}
	if err := saveSecrets(a.paths, c, spec.Secrets); err != nil {
		return fmt.Errorf("keep the secrets: %w", err)
	}
	if err := a.change(token, func(st *state) { st.Colors[c] = &w }); err != nil {
		return err
	}
	s := &side{paths: a.paths, color: c, want: w, plan: p.now}
	a.mu.Lock()
	a.sides[c] = s
	a.proxy.Reset(c)
	a.mu.Unlock()
	return a.grow(s, spec.Replicas)
}

// clear closes what is open on a standby color and ends its instances.
func (a *app) clear(c color.Color) {
	s := a.sides[c]
	if s == nil {
		return
	}
	a.proxy.SetPool(c, "", nil)
	a.proxy.Close(c, farewell)
	a.shrink(s, 0, 0)
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.sides, c)
}

// switchTo makes the new route durable before it counts: an agent that comes
// back has the route that was confirmed to somebody.
func (a *app) switchTo(ctx context.Context, token uint64, c color.Color, ifRevision string) error {
	return a.exclusive(ctx, token, func(context.Context) error {
		now := a.now()
		repeated := now.Active == c && now.SwitchedBy == token && ifRevision == revision(now.Revision-1)
		if repeated {
			return nil
		}
		if ifRevision != revision(now.Revision) {
			return fmt.Errorf("the route has revision %d, not %s: %w", now.Revision, ifRevision, deploy.ErrConflict)
		}
		if s := a.sides[c]; s == nil || len(s.ready()) == 0 {
			return fmt.Errorf("switch to %s: no instance of it is ready: %w", c, deploy.ErrRefused)
		}
		if now.Active == c {
			return nil
		}
		err := a.change(token, func(st *state) { st.Active, st.Revision, st.SwitchedBy = c, now.Revision+1, token })
		if err == nil {
			a.proxy.Switch(c)
		}
		return err
	})
}

// retire ends a standby color.
func (a *app) retire(ctx context.Context, token uint64, c color.Color) error {
	return a.exclusive(ctx, token, func(context.Context) error {
		if a.now().Active == c {
			return fmt.Errorf("retire %s: it is active: %w", c, deploy.ErrRefused)
		}
		if a.sides[c] == nil {
			return nil
		}
		a.clear(c)
		var closing []entrance
		err := a.change(token, func(st *state) {
			delete(st.Colors, c)
			if len(st.Colors) > 0 { // else a first deploy failed, and the next one wants them
				closing = st.unlisted()
			}
			st.Entrances = slices.DeleteFunc(st.Entrances, func(e entrance) bool { return slices.Contains(closing, e) })
		})
		if err != nil {
			return err
		}
		a.closeEntrances(closing)
		a.agent.sweep()
		return removeSecrets(a.paths, c)
	})
}

// remove takes the app off this machine. Its journals, logs and data stay.
func (a *app) remove(ctx context.Context, token uint64) error {
	return a.exclusive(ctx, token, func(context.Context) error {
		a.closeEntrances(a.now().Entrances)
		for _, c := range color.Both() {
			a.clear(c)
			if err := removeSecrets(a.paths, c); err != nil {
				return err
			}
		}
		if a.proxy != nil {
			a.proxy.Switch(color.None)
		}
		defer a.agent.sweep()
		return a.change(token, func(st *state) {
			clear(st.Colors)
			st.Entrances, st.Preview, st.Active = nil, "", color.None
			st.Revision++
		})
	})
}

// backup copies the state aside and reads it back.
func (a *app) backup(token uint64, id string) (string, error) {
	if id == "" || id[0] == '.' || filepath.Base(id) != id {
		return "", problem.New(problem.Usage, "", "%q cannot be the name of a backup", id)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.state.Lease.check(token); err != nil {
		return "", err
	}
	body, err := statefile.Encode(a.state)
	if err != nil {
		return "", err
	}
	path := a.paths.backup(id)
	if err := atomicfile.Write(path, body, 0o600); err != nil {
		return "", fmt.Errorf("back up the state: %w", err)
	}
	read, err := os.ReadFile(path)
	if err == nil {
		err = statefile.Decode(read, &state{})
	}
	if err != nil {
		return "", fmt.Errorf("read the backup back: %w", err)
	}
	return path, nil
}

func sameRelease(a, b release.Release) bool {
	x, errX := keyOf(deploy.Spec{Release: a})
	y, errY := keyOf(deploy.Spec{Release: b})
	return errX == nil && errY == nil && x == y
}
