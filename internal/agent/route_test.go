package agent

import (
	"errors"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/process"
)

// lockedApp is an app with a lock, and the token of that.
func lockedApp(t *testing.T) (*app, uint64) {
	t.Helper()
	a := openApp("shop", newTestAgent(t))
	token, err := a.acquireLock("ada", "ada", process.Identity{})
	if err != nil {
		t.Fatal(err)
	}
	return a, token
}

func TestSwitchRoute(t *testing.T) {
	for name, tt := range map[string]struct {
		revision, ifRevision, switchedBy uint64
		want                             error
	}{
		"another revision":                 {5, 4, 0, deploy.ErrConflict},
		"a later revision":                 {5, 6, 0, deploy.ErrConflict},
		"no instance is ready":             {5, 5, 0, deploy.ErrRefused},
		"a repeated call":                  {5, 4, 1, nil},
		"a repeated call of another token": {5, 4, 2, deploy.ErrConflict},
	} {
		a, token := lockedApp(t)
		if err := a.changeState(token, func(st *appState) {
			st.Active, st.Revision, st.SwitchedBy = color.Green, tt.revision, tt.switchedBy
		}); err != nil {
			t.Fatal(err)
		}
		if err := a.switchRoute(t.Context(), token, color.Green, formatRevision(tt.ifRevision)); !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", name, err, tt.want)
		}
		if got := a.currentState().Revision; got != tt.revision {
			t.Errorf("%s: revision %d, want %d", name, got, tt.revision)
		}
	}
}

func TestRetireRefusesTheActiveColor(t *testing.T) {
	a, token := lockedApp(t)
	if err := a.changeState(token, func(st *appState) { st.Active = color.Blue }); err != nil {
		t.Fatal(err)
	}
	if err := a.retireColor(t.Context(), token, color.Blue); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("the active color: %v", err)
	}
	if err := a.retireColor(t.Context(), token, color.Green); err != nil {
		t.Errorf("a color that runs nothing: %v", err)
	}
}

func TestRemoveAppForgetsEverything(t *testing.T) {
	a, token := lockedApp(t)
	if _, err := a.probeSecret(); err != nil {
		t.Fatal(err)
	}
	if err := a.changeState(token, func(st *appState) {
		st.Active, st.Preview, st.Revision = color.Blue, "preview.localhost", 7
	}); err != nil {
		t.Fatal(err)
	}
	if err := saveSecrets(a.paths, color.Blue, deploy.Secrets{"KEY": "x"}); err != nil {
		t.Fatal(err)
	}
	if err := a.removeApp(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	st := a.currentState()
	if st.Active != color.None || st.Preview != "" || st.Revision != 8 || a.proxy.ActiveColor() != color.None || a.keys != (keys{}) {
		t.Errorf("%+v, route %q, keys %+v", st, a.proxy.ActiveColor(), a.keys)
	}
	if secrets, err := loadSecrets(a.paths, color.Blue); len(secrets) > 0 || err != nil {
		t.Errorf("secrets %v, %v", secrets, err)
	}
}

// TestIdle: an agent ends when all of its apps are idle.
func TestIdle(t *testing.T) {
	for name, tt := range map[string]struct {
		change func(*app)
		want   bool
	}{
		"nothing":     {func(*app) {}, true},
		"damaged":     {func(a *app) { a.damaged = errors.New("x") }, false},
		"a color":     {func(a *app) { a.state.Colors[color.Blue] = &wantedColor{} }, false},
		"an entrance": {func(a *app) { a.state.Entrances = append(a.state.Entrances, testEntrance()) }, false},
		"locked": {func(a *app) {
			if _, err := a.acquireLock("ada", "", process.Identity{}); err != nil {
				t.Fatal(err)
			}
		}, false},
	} {
		g := newTestAgent(t)
		a := g.openedApp("shop")
		tt.change(a)
		if a.isIdle() != tt.want {
			t.Errorf("%s: the app is idle: %t", name, !tt.want)
		}
		if g.isIdle() {
			t.Errorf("%s: the agent ends at once", name)
		}
		g.used = time.Now().Add(-idleTimeout)
		if g.isIdle() != tt.want {
			t.Errorf("%s: the agent is idle: %t", name, !tt.want)
		}
		g.calls = 1
		if g.isIdle() {
			t.Errorf("%s: the agent ends during a call", name)
		}
		g.calls, g.stayIdle = 0, true
		if g.isIdle() {
			t.Errorf("%s: a service ends", name)
		}
	}
}

// TestActiveColorKeepsItsLastInstances: a health check that all instances fail is
// more often wrong than right.
func TestActiveColorKeepsItsLastInstances(t *testing.T) {
	for name, tt := range map[string]struct {
		active color.Color
		pool   []string
		want   int
	}{
		"active":              {color.Blue, []string{"127.0.0.1:1"}, 1},
		"standby":             {color.Green, []string{"127.0.0.1:1"}, 0},
		"active without any":  {color.Blue, nil, 0},
		"nothing is active":   {color.None, []string{"127.0.0.1:1"}, 0},
		"standby without any": {color.Green, nil, 0},
	} {
		a := openApp("shop", newTestAgent(t))
		a.state.Active = tt.active
		s := &colorSide{color: color.Blue, pool: tt.pool}
		a.sides[color.Blue] = s
		a.publishPool(color.Blue)
		if len(s.pool) != tt.want {
			t.Errorf("%s: pool %v", name, s.pool)
		}
		a.publishPool(color.Green) // runs nothing
	}
}
