// Package targettest shows that a target behaves as package deploy relies on.
//
// A target passes by calling [Run] from a test of its own with a [Harness]
// that makes new targets and releases of the fixture app in test/app. The
// suite uses nothing but the interfaces of package deploy and plain HTTP to
// the entrances, so it is the same for a laptop and for a cluster.
package targettest

import (
	"cmp"
	"context"
	"net/http"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/release"
)

// Harness is what the suite needs of a target's test.
type Harness struct {
	// Target is new: nothing of its app runs.
	Target deploy.Target
	// Release returns a release of the fixture app for Target: the version,
	// and its environment, where BEHAVIOR makes it a bad one.
	Release func(version release.Version, env map[string]string) release.Release
	// Client sends requests to the entrances. It must find the host names in
	// them and must not repeat or keep anything by itself. Nil: a plain one.
	Client *http.Client
	// Patience is how long instances may take to start or to end.
	Patience time.Duration
	// Slow is how long a request takes that has to outlast the start of a color
	// and a switch. Zero: 2 s.
	Slow time.Duration
}

// Run runs the suite. Each test gets a harness of its own, and all run side
// by side.
func Run(t *testing.T, fresh func(*testing.T) Harness) {
	for _, tt := range []struct {
		name string
		run  func(*suite)
	}{
		{"nothing runs at first", nothingAtFirst},
		{"one holder at a time", oneHolder},
		{"a lost lock fences off", fencing},
		{"a standby color is reached only by preview", standbyByPreview},
		{"applying again changes nothing", applyAgain},
		{"a switch needs the revision and a ready instance", switchGuards},
		{"the active color is protected", activeIsProtected},
		{"an upgrade loses no request", upgrade},
		{"scaling loses no request", scaling},
		{"a standby color can be replaced", replaceStandby},
		{"a version that never becomes ready says why", neverReady},
		{"a version that crashes says why", crashes},
		{"a request in flight survives the switch", inFlight},
		{"journals live with the target", journals},
		{"backups can be repeated", backups},
		{"removing leaves the journals", removing},
		{"what was never started can be stopped", stopNothing},
		{"logs are selected and followed", following},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := fresh(t)
			if h.Client == nil {
				h.Client = PlainClient(nil)
			}
			h.Slow = cmp.Or(h.Slow, 2*time.Second)
			tt.run(&suite{T: t, h: h})
		})
	}
}

// suite is one test.
type suite struct {
	*testing.T
	h      Harness
	secret string // by which the ingress knows us; it opens the preview
}

func (s *suite) must(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *suite) observe() deploy.Observed {
	s.Helper()
	o, err := s.h.Target.ObserveApp(s.Context())
	s.must(err)
	return o
}

// lock takes the lock until the test ends, and removes the app then.
func (s *suite) lock() deploy.Session {
	s.Helper()
	session, err := s.h.Target.AcquireLock(s.Context(), "the suite")
	s.must(err)
	if r, ok := session.(deploy.ProbeSecretKeeper); ok {
		s.secret, err = r.ProbeSecret(s.Context())
		s.must(err)
	}
	s.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(s.Context()), s.h.Patience)
		defer cancel()
		if err := session.RemoveApp(ctx); err != nil {
			s.Errorf("remove: %v", err)
		}
		if err := session.ReleaseLock(ctx); err != nil {
			s.Errorf("unlock: %v", err)
		}
	})
	return session
}

// until waits for a condition on what the target looks like.
func (s *suite) until(what string, ok func(deploy.Observed) bool) deploy.Observed {
	s.Helper()
	for deadline := time.Now().Add(s.h.Patience); ; time.Sleep(20 * time.Millisecond) {
		o := s.observe()
		if ok(o) {
			return o
		}
		if time.Now().After(deadline) {
			s.Fatalf("waited %v for %s, and the target looks like %+v", s.h.Patience, what, o)
		}
	}
}

// start applies a version and waits until all its instances are ready.
func (s *suite) start(session deploy.Session, c color.Color, v release.Version, replicas int) deploy.Observed {
	s.Helper()
	s.must(session.ApplySpec(s.Context(), c, deploy.Spec{Release: s.h.Release(v, nil), Replicas: replicas}))
	return s.ready(c, v, replicas)
}

func (s *suite) ready(c color.Color, v release.Version, n int) deploy.Observed {
	s.Helper()
	return s.until("ready instances", func(o deploy.Observed) bool {
		side := o.Colors[c]
		return side.Version == v && side.Ready() == n && len(side.Instances) == n
	})
}

// activate switches to a color and waits until that was seen.
func (s *suite) activate(session deploy.Session, c color.Color) deploy.Observed {
	s.Helper()
	s.must(session.SwitchRoute(s.Context(), c, s.observe().Revision))
	s.must(session.ConfirmRoute(s.Context(), c))
	return s.observe()
}

// firstDeploy brings v1.0.0 to blue.
func (s *suite) firstDeploy(session deploy.Session, replicas int) deploy.Observed {
	s.Helper()
	s.start(session, color.Blue, "v1.0.0", replicas)
	return s.activate(session, color.Blue)
}
