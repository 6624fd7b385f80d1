package deploy

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/journal"
	"version-manager/internal/kit/awake"
	"version-manager/internal/probe"
	"version-manager/internal/progress"
	"version-manager/internal/release"
)

// stub is a target, its session, and its preview address. Observe returns the
// observations in order, the last one again and again.
type stub struct {
	Target
	Session
	seen     []Observed
	observed int
	applied  []int  // replicas of each Apply
	switched string // color and revision of the last Switch
	renew    func(context.Context) error
}

func (s *stub) ObserveApp(context.Context) (Observed, error) {
	now := s.seen[min(s.observed, len(s.seen)-1)]
	s.observed++
	return now, nil
}

func (s *stub) ApplySpec(_ context.Context, _ color.Color, spec Spec) error {
	s.applied = append(s.applied, spec.Replicas)
	return nil
}

func (s *stub) SwitchRoute(_ context.Context, c color.Color, revision string) error {
	s.switched = string(c) + "@" + revision
	return nil
}

func (s *stub) RenewLock(ctx context.Context) error { return s.renew(ctx) }

func (s *stub) JournalWriter() journal.Writer { return nil }

func (s *stub) RoundTrip(req *http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: io.NopCloser(strings.NewReader("")), Request: req}, nil
}

// stubProber returns the same statistics for every window.
type stubProber struct{ stats probe.Stats }

func (p stubProber) CountRequests() (sent, failed int)             { return p.stats.Sent, p.stats.Failed }
func (p stubProber) StatsSince(color.Color, time.Time) probe.Stats { return p.stats }
func (p stubProber) Stop() probe.Measurement                       { return probe.Measurement{} }
func (s *stub) executor(t *testing.T, run Run) *executor {
	lock := &heldLock{Session: s, ctx: t.Context(), pulse: awake.NewPulse()}
	return newExecutor(&Engine{target: s, client: &http.Client{Transport: s}, sink: func(progress.Event) {}}, lock, run, nil)
}

// side has so many ready instances of those that are requested.
func side(version release.Version, ready, want int) Side {
	s := Side{Version: version, Image: "sha256:" + string(version), Want: want}
	for i := range want {
		s.Instances = append(s.Instances, Instance{ID: fmt.Sprintf("i-%d", i), Ready: i < ready})
	}
	return s
}

// blueActive has v1 in blue with the traffic, and v2 in green.
func blueActive(blueReady, greenReady, greenWant int) Observed {
	return Observed{App: "app", Active: color.Blue, Revision: "7", Entrances: Entrances{Preview: "http://preview"}, Colors: map[color.Color]Side{
		color.Blue: side("v1.0.0", blueReady, blueReady), color.Green: side("v2.0.0", greenReady, greenWant),
	}}
}

func toGreen() Run {
	gate := config.Gate{Healthy: 1, Timeout: config.Duration{Duration: time.Second}}
	return Run{ID: "1", Phase: Switching, Plan: Plan{
		Kind: ZeroDowntime, App: "app", From: "v1.0.0", Old: color.Blue, New: color.Green, Replicas: 2,
		Release: release.Release{App: "app", Version: "v2.0.0", Image: "sha256:v2.0.0", Config: config.App{Gate: gate}},
	}}
}

func TestCheckCapacity(t *testing.T) {
	for _, tt := range []struct {
		have, need int
		ok         bool
	}{
		{0, 0, false}, {1, 0, true}, {0, 1, false}, {1, 1, true}, {2, 1, true}, {1, 2, false}, {2, 2, true}, {3, 2, true}, {1, -1, true},
	} {
		err := checkCapacity(blueActive(1, tt.have, 5), color.Green, tt.need)
		if (err == nil) != tt.ok {
			t.Errorf("%d ready, %d needed: %v", tt.have, tt.need, err)
		}
		if err != nil && !strings.Contains(err.Error(), fmt.Sprintf("green has %d ready instances and would replace %d", tt.have, max(1, tt.need))) {
			t.Error(err)
		}
	}
}

// TestSwitchComparesCapacity: between the gate and the switch the new color may
// lose an instance, or an autoscaler may make the old one larger. Then the gate
// is passed once more, not again and again.
func TestSwitchComparesCapacity(t *testing.T) {
	grown := blueActive(3, 2, 2)
	for name, tt := range map[string]struct {
		seen    []Observed
		says    string
		applied int // requests for more instances
	}{
		"as many":              {[]Observed{blueActive(2, 2, 2)}, "", 0},
		"one more":             {[]Observed{blueActive(2, 3, 3)}, "", 0},
		"one less":             {[]Observed{blueActive(2, 1, 2)}, "not healthy within 1s; 1 of 2 instances ready", 0},
		"recovers in the gate": {[]Observed{blueActive(2, 1, 2), blueActive(2, 2, 2)}, "", 0},
		// Observed: before the gate; by the gate three times; and then after it.
		"the old color grows twice": {[]Observed{blueActive(3, 2, 3), blueActive(3, 3, 3), blueActive(3, 3, 3), blueActive(3, 3, 3), blueActive(4, 3, 3)},
			"green has 3 ready instances and would replace 4", 0},
		"the new color never follows": {[]Observed{grown}, "not healthy within 1s; 2 of 3 instances ready", 20},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &stub{seen: tt.seen}
				now, err := s.executor(t, toGreen()).router.awaitSwitchable(t.Context())
				if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
					t.Errorf("got %v, want %q", err, tt.says)
				}
				if err == nil && now.Revision != "7" {
					t.Errorf("revision %q", now.Revision)
				}
				if (len(s.applied) > 0) != (tt.applied > 0) {
					t.Errorf("requested %v", s.applied)
				}
			})
		})
	}
}

// TestSwitchChecksTheOwner: the route must be the one of the plan, or none.
func TestSwitchChecksTheOwner(t *testing.T) {
	foreign := Observed{Route: Route{Foreign: "leads to Service/other"}}
	half := Observed{Active: color.Blue, Route: Route{Foreign: "leads also to Service/other"}}
	for name, tt := range map[string]struct {
		now  Observed
		want func(error) bool
	}{
		"as planned": {Observed{Active: color.Blue}, func(err error) bool { return err == nil }},
		"no route":   {Observed{}, func(err error) bool { return err == nil }},
		"switched":   {Observed{Active: color.Green}, func(err error) bool { return errors.Is(err, progress.ErrNothingToDo) }},
		"foreign":    {foreign, isDiverted},
		"shared":     {half, isDiverted},
	} {
		if err := (&router{d: &deployment{run: toGreen()}}).checkOwner(tt.now); !tt.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestOldGateIsRepeated: another process may have passed it long ago. The
// limit counts in both directions, because that process had another clock.
func TestOldGateIsRepeated(t *testing.T) {
	for _, tt := range []struct {
		age    time.Duration
		status progress.Status
		repeat bool
	}{
		{0, progress.StatusDone, false},
		{maxGateAge - 1, progress.StatusDone, false}, {maxGateAge, progress.StatusDone, true}, {maxGateAge + 1, progress.StatusDone, true},
		{1 - maxGateAge, progress.StatusDone, false}, {-maxGateAge, progress.StatusDone, true}, {-maxGateAge - 1, progress.StatusDone, true},
		{0, progress.StatusFailed, true}, {0, progress.StatusSkipped, true}, {0, "", true},
	} {
		t.Run(fmt.Sprintf("%s %s", tt.status, tt.age), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, run := &stub{seen: []Observed{blueActive(2, 2, 2)}}, toGreen()
				if tt.status != "" {
					run.Steps = []StepRun{{Name: stepGate, Status: tt.status, Ended: time.Now().Add(-tt.age)}}
				}
				if err := s.executor(t, run).router.refreshGate(t.Context()); err != nil {
					t.Fatal(err)
				}
				if repeated := s.observed > 0; repeated != tt.repeat {
					t.Errorf("repeated: %t", repeated)
				}
			})
		})
	}
}

func TestGateToleratesOneCrash(t *testing.T) {
	for restarts, ok := range map[int]bool{0: true, 1: true, 2: false, 3: false} {
		s := Side{Instances: []Instance{{ID: "green-1"}, {ID: "green-2", Restarts: restarts, Reason: "exit status 2"}}}
		if err := checkCrashes(s); (err == nil) != ok {
			t.Errorf("%d restarts: %v", restarts, err)
		}
	}
}

// TestActiveIsFailing has a case on each limit by which a rollback decides
// that it may hurry, and on both sides.
func TestActiveIsFailing(t *testing.T) {
	for _, tt := range []struct {
		name  string
		stats probe.Stats
		ready int
		want  bool
	}{
		{"nothing failed", probe.Stats{Sent: 100}, 2, false},
		{"one request failed", probe.Stats{Sent: 1, Failed: 1}, 2, false},
		{"two of two", probe.Stats{Sent: 2, Failed: 2}, 2, true},
		{"two of 19", probe.Stats{Sent: 19, Failed: 2}, 2, true},
		{"two of 20", probe.Stats{Sent: 20, Failed: 2}, 2, false},
		{"two of 21", probe.Stats{Sent: 21, Failed: 2}, 2, false},
		{"one ready", probe.Stats{}, 1, false},
		{"none ready", probe.Stats{}, 0, true},
	} {
		d := &deployment{run: toGreen(), traffic: &measurement{prober: stubProber{tt.stats}}}
		if got := (&activeHealth{d: d}).isFailing(blueActive(tt.ready, 2, 2)); got != tt.want {
			t.Errorf("%s: %t", tt.name, got)
		}
	}
	d := &deployment{run: toGreen(), traffic: &measurement{}}
	if (&activeHealth{d: d}).isFailing(blueActive(2, 2, 2)) {
		t.Error("without a probe a ready color fails")
	}
}

// TestOnlyARollbackHurries: and only if what it returns to can answer.
func TestOnlyARollbackHurries(t *testing.T) {
	for _, tt := range []struct {
		kind        Kind
		blue, green int
		want        bool
	}{
		{Rollback, 0, 1, true}, {Rollback, 0, 0, false}, {Rollback, 1, 1, false}, {ZeroDowntime, 0, 1, false}, {Plain, 0, 1, false},
	} {
		run := toGreen()
		run.Plan.Kind = tt.kind
		a := &activeHealth{d: &deployment{run: run, traffic: &measurement{}}}
		if got := a.mayHurry(blueActive(tt.blue, tt.green, 2)); got != tt.want {
			t.Errorf("%s with %d and %d ready: %t", tt.kind, tt.blue, tt.green, got)
		}
	}
}

// TestCapacityOfAPlan: never less than what carries the traffic now.
func TestCapacityOfAPlan(t *testing.T) {
	for _, tt := range []struct{ configured, want, ready, replicas int }{
		{0, -1, 0, 1}, {3, -1, 0, 3}, // the first deploy
		{3, 0, 0, 3}, {0, 0, 0, 1}, // somebody stopped the active color
		{3, 1, 1, 1}, {3, 5, 2, 5}, {3, 2, 5, 5}, {3, 0, 1, 1}, {3, 1, 0, 1},
	} {
		now := Observed{Colors: map[color.Color]Side{}}
		if tt.want >= 0 {
			s := side("v1.0.0", tt.ready, max(tt.want, tt.ready))
			s.Want = tt.want
			now.Active, now.Colors[color.Blue] = color.Blue, s
		}
		rel := release.Release{Version: "v2.0.0", Config: config.App{Replicas: tt.configured}}
		p, err := NewPlan(now, Request{Kind: ZeroDowntime, Release: rel})
		if err != nil || p.Replicas != tt.replicas {
			t.Errorf("%+v: %d instances, %v", tt, p.Replicas, err)
		}
	}
}

// TestPlanOfTheStandbyColor: what runs there is used, evicted, or replaced.
func TestPlanOfTheStandbyColor(t *testing.T) {
	rel := release.Release{Version: "v2.0.0", Image: "sha256:v2.0.0"}
	allowed := 4
	for name, tt := range map[string]struct {
		green  Side
		warm   bool
		evicts release.Version
	}{
		"the release, ready":       {side("v2.0.0", 1, 2), true, ""},
		"the release, not ready":   {side("v2.0.0", 0, 2), false, ""},
		"another release":          {side("v1.5.0", 2, 2), false, "v1.5.0"},
		"another image":            {Side{Version: "v2.0.0", Image: "sha256:other", Want: 1, Instances: []Instance{{Ready: true}}}, false, ""},
		"the image, other version": {Side{Version: "v2.0.1", Image: "sha256:v2.0.0", Want: 1, Instances: []Instance{{Ready: true}}}, false, "v2.0.1"},
	} {
		now := blueActive(2, 0, 0)
		now.Colors[color.Green] = tt.green
		p, err := NewPlan(now, Request{Kind: ZeroDowntime, Release: rel, MaxFailed: &allowed})
		if err != nil || p.Warm != tt.warm || p.Evicts != tt.evicts || p.New != color.Green || p.Old != color.Blue || p.From != "v1.0.0" || p.OldReplicas != 2 || p.MaxFailed != allowed {
			t.Errorf("%s: %+v, %v", name, p, err)
		}
	}
	if _, err := NewPlan(Observed{}, Request{Kind: Rollback, Release: rel}); err == nil {
		t.Error("a rollback without anything deployed was planned")
	}
	if now := blueActive(1, 0, 0); !IsAlreadyActive(now, release.Release{Version: "v1.0.0", Image: "sha256:v1.0.0"}) || IsAlreadyActive(now, rel) ||
		IsAlreadyActive(now, release.Release{Version: "v1.0.0", Image: "sha256:other"}) || IsAlreadyActive(Observed{}, release.Release{}) {
		t.Error("IsAlreadyActive compares version and image of the active color")
	}
}

// TestReportIsPartialAfterAResume: the probe did not see all of the deploy.
func TestReportIsPartialAfterAResume(t *testing.T) {
	for resumed, want := range map[int]bool{0: false, 1: true, 2: true} {
		s, run := &stub{seen: []Observed{blueActive(2, 2, 2)}}, toGreen()
		run.Resumed = resumed
		sum := s.executor(t, run).d.summarize(Reverted)
		if sum.Partial != want || strings.Contains(strings.Join(sum.Notes, "\n"), "another process continued") != want {
			t.Errorf("resumed %d times: partial %t, notes %q", resumed, sum.Partial, sum.Notes)
		}
	}
}

// TestLockIsRenewed: only another holder ends the lock at once; a target that
// does not answer ends it after maxSilence.
func TestLockIsRenewed(t *testing.T) {
	for name, tt := range map[string]struct {
		renew func(n int, ctx context.Context) error
		lost  time.Duration // 0: never
	}{
		"always": {func(int, context.Context) error { return nil }, 0},
		"fenced": {func(int, context.Context) error { return ErrFenced }, renewInterval},
		"fenced later": {func(n int, _ context.Context) error {
			if n < 3 {
				return errors.New("refused")
			}
			return ErrFenced
		}, 3 * renewInterval},
		"refused for long": {func(int, context.Context) error { return errors.New("refused") }, maxSilence},
		"refused, but not for long enough": {func(n int, _ context.Context) error {
			if time.Duration(n%30)*renewInterval == 0 {
				return nil
			}
			return errors.New("refused")
		}, 0},
		"no answer": {func(_ int, ctx context.Context) error { <-ctx.Done(); return ctx.Err() }, 7 * (renewInterval + LockExpiry)},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, lose := context.WithCancelCause(t.Context())
				defer lose(nil)
				n, began, lostAt := 0, time.Now(), time.Duration(0)
				context.AfterFunc(ctx, func() { lostAt = time.Since(began) })
				s := &stub{renew: func(ctx context.Context) error { n++; return tt.renew(n, ctx) }}
				go keepRenewed(ctx, s, lose)
				time.Sleep(10 * time.Minute)
				synctest.Wait()
				// The time of a call is counted in pieces, so its end is not exact.
				if diff := (lostAt - tt.lost).Abs(); diff > time.Second {
					t.Errorf("lost after %s, want %s: %v", lostAt, tt.lost, context.Cause(ctx))
				}
			})
		})
	}
}

// TestCheckApply: no target replaces or empties the active color.
func TestCheckApply(t *testing.T) {
	spec := func(app string, replicas int) Spec {
		return Spec{Release: release.Release{App: app, Version: "v2.0.0"}, Replicas: replicas}
	}
	for _, tt := range []struct {
		spec                Spec
		isActive, runsOther bool
		refused             bool
		ok                  bool
	}{
		{spec("app", 1), false, false, false, true}, {spec("app", 1), true, false, false, true}, {spec("app", 1), false, true, false, true},
		{spec("app", 0), false, true, false, true}, {spec("app", 0), true, false, true, false}, {spec("app", 1), true, true, true, false},
		{spec("app", -1), false, false, false, false}, {spec("other", 1), false, false, false, false},
	} {
		err := tt.spec.CheckApply("app", color.Blue, tt.isActive, tt.runsOther)
		if (err == nil) != tt.ok || errors.Is(err, ErrRefused) != tt.refused {
			t.Errorf("%+v: %v", tt, err)
		}
	}
}
