package deploy_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/probe"
	"version-manager/internal/release"
)

// behavior is how the instances of one version act in a fakeTarget. The zero
// value is a good version.
type behavior struct {
	readyAfter  time.Duration
	neverReady  bool
	flaps       bool // ready in every other second
	crashes     bool // again and again, from the start
	crashAfter  time.Duration
	crashOne    time.Duration // after which the first instance crashes; the others go on
	fails       bool          // 500 once it has the traffic
	latency     time.Duration // of an answer; 10 ms where 0
	drainsAfter time.Duration // what is in flight takes so long, from the moment it lost the traffic
	smokeStatus int
	lost        bool // its image is nowhere to be had
}

// fakeTarget is a target in memory, to be used inside a synctest bubble. It
// enforces what a target must refuse, and writes down every moment at which a
// user would have noticed something.
type fakeTarget struct {
	t        *testing.T
	hiccup   time.Time // one request fails then, whichever color has the traffic
	dir      memory
	mu       sync.Mutex
	versions map[release.Version]behavior
	colors   map[color.Color]*fakeSide
	active   color.Color
	revision int
	token    int
	holder   *deploy.Holder
	left     map[color.Color]time.Time // when a color lost the traffic
	outages  []string
	mistakes []string // calls that a careful engine does not make
	kill     func(seq int, before bool) bool
	takes    time.Duration // to start or stop instances; half of it before anybody sees it
	slow     bool          // to start a color outlasts a caller who gives up
	underWay func()        // what was given up; ended by the next change
	deaf     time.Time     // until then nobody hears a renewal of the lock
	freeze   time.Duration // that the next look takes, as for a process that is stopped meanwhile

	route   deploy.Route // what others did to the route
	noRoute bool         // the preview's is gone
	mended  []color.Color
}

type fakeSide struct {
	spec    deploy.Spec
	started time.Time
}

// finish lets a change end that its caller has given up.
func (f *fakeTarget) finish() {
	if f.underWay != nil {
		f.underWay()
		f.underWay = nil
	}
}

func newFakeTarget(t *testing.T, versions map[release.Version]behavior) *fakeTarget {
	return &fakeTarget{
		t: t,

		versions: versions,
		colors:   map[color.Color]*fakeSide{},
		left:     map[color.Color]time.Time{},
		kill:     func(int, bool) bool { return false },
	}
}

func (f *fakeTarget) side(c color.Color) (deploy.Side, bool) {
	s, ok := f.colors[c]
	if !ok {
		return deploy.Side{}, false
	}
	b, age := f.versions[s.spec.Release.Version], time.Since(s.started)
	side := deploy.Side{Version: s.spec.Release.Version, Image: s.spec.Release.Image, Want: s.spec.Replicas, Requests: 1000}
	if c != f.active && time.Since(f.left[c]) < b.drainsAfter {
		side.InFlight = 3
	}
	if f.active == c && b.fails {
		side.Errors = 500
	}
	for i := range s.spec.Replicas {
		instance := deploy.Instance{ID: fmt.Sprintf("%s-%d", c, i+1), Started: s.started, Ready: age >= b.readyAfter && !b.neverReady}
		switch {
		case b.flaps:
			instance.Ready = int(age/time.Second)%2 == 0
		case b.crashes, b.crashAfter > 0 && age > b.crashAfter:
			instance.Ready, instance.Restarts, instance.Reason = false, 2, "exit status 2"
		case i == 0 && b.crashOne > 0 && age > b.crashOne:
			instance.Ready, instance.Restarts, instance.Reason = false, 1, "exit status 2"
		}
		side.Instances = append(side.Instances, instance)
	}
	return side, true
}

func (f *fakeTarget) ObserveApp(context.Context) (deploy.Observed, error) {
	f.mu.Lock()
	frozen := f.freeze
	f.freeze = 0
	f.mu.Unlock()
	time.Sleep(frozen)
	f.mu.Lock()
	defer f.mu.Unlock()
	o := deploy.Observed{
		App: "app", Active: f.active, Revision: fmt.Sprint(f.revision), Lock: f.holder, Route: f.route,
		Colors:    map[color.Color]deploy.Side{},
		Entrances: deploy.Entrances{Public: []string{"http://app"}, Preview: "http://preview"},
	}
	for c := range f.colors {
		o.Colors[c], _ = f.side(c)
	}
	if f.noRoute && len(f.colors) > 0 {
		o.Missing = []string{"HTTPRoute/app-preview"}
	}
	return o, nil
}

func (f *fakeTarget) OpenLogs(_ context.Context, q deploy.LogQuery) (io.ReadCloser, error) {
	return io.NopCloser(strings.NewReader(fmt.Sprintf("%s-1 | last output\n", q.Color))), nil
}

func (f *fakeTarget) JournalReader() journal.Reader { return &f.dir }

func (f *fakeTarget) AcquireLock(_ context.Context, holder string) (deploy.Session, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.holder != nil && time.Since(f.holder.Seen) < deploy.LockExpiry {
		return nil, &deploy.HeldError{Holder: *f.holder, Now: time.Now()}
	}
	f.token++
	f.holder = &deploy.Holder{Name: holder, Since: time.Now(), Seen: time.Now()}
	return &fakeSession{fakeTarget: f, token: f.token}, nil
}

// RoundTrip answers what is sent to the preview address.
func (f *fakeTarget) RoundTrip(req *http.Request) (*http.Response, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	status := http.StatusServiceUnavailable
	if f.noRoute {
		status = http.StatusNotFound
	} else if side, ok := f.side(f.active.Other()); ok && side.Ready() > 0 {
		status = http.StatusOK
		if s := f.versions[side.Version].smokeStatus; s != 0 && req.URL.Path != "/healthz" {
			status = s
		}
	}
	return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader("hello")), Request: req}, nil
}

// fakeSession is a lock on a fakeTarget. It can be killed, after which it
// does nothing, like a process that was killed.
type fakeSession struct {
	*fakeTarget
	token int
	dead  bool
}

var errKilled = errors.New("killed")

func (s *fakeSession) call(f func() error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.dead:
		return errKilled
	case s.token != s.fakeTarget.token || s.holder == nil:
		return deploy.ErrFenced
	}
	return f()
}

// slowly is call for what takes its time.
func (s *fakeSession) slowly(ctx context.Context, f func() error) error {
	rest := func() error {
		if s.takes == 0 {
			return nil
		}
		select {
		case <-time.After(s.takes / 2):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if err := rest(); err != nil {
		return err
	}
	if err := s.call(f); err != nil {
		return err
	}
	return rest()
}

func (s *fakeSession) RenewLock(ctx context.Context) error {
	s.mu.Lock()
	deaf := s.deaf
	s.mu.Unlock()
	if time.Now().Before(deaf) {
		<-ctx.Done()
		return ctx.Err()
	}
	return s.call(func() error { s.holder.Seen = time.Now(); return nil })
}

func (s *fakeSession) ReleaseLock(context.Context) error {
	return s.call(func() error { s.holder = nil; return nil })
}

func (s *fakeSession) BackUpState(context.Context, string) (string, error) {
	return "backup", s.call(func() error { return nil })
}

func (s *fakeSession) ApplySpec(ctx context.Context, c color.Color, spec deploy.Spec) error {
	return s.slowly(ctx, func() error {
		if s.slow && ctx.Err() != nil {
			s.underWay = func() { s.colors[c] = &fakeSide{spec: spec, started: time.Now()} }
			return ctx.Err()
		}
		have, ok := s.colors[c]
		if ok && have.spec.Release.Image == spec.Release.Image {
			if have.spec.Replicas == 0 {
				have.started = time.Now()
			}
			have.spec.Replicas = spec.Replicas
			return nil
		}
		if c == s.active && ok {
			s.mistakes = append(s.mistakes, "replaced the active color")
			return deploy.ErrRefused
		}
		if s.versions[spec.Release.Version].lost {
			return errors.New("the image is nowhere to be had")
		}
		s.colors[c] = &fakeSide{spec: spec, started: time.Now()}
		return nil
	})
}

func (s *fakeSession) RepairColor(_ context.Context, c color.Color, _ deploy.Spec) (made []string, err error) {
	return made, s.call(func() error {
		s.mended = append(s.mended, c)
		if s.noRoute {
			s.noRoute, made = false, []string{"HTTPRoute/app-preview"}
		}
		return nil
	})
}

// answers reports whether a color gives its users what they want.
func (f *fakeTarget) answers(c color.Color) bool {
	s := f.colors[c]
	if s == nil {
		return false
	}
	side, _ := f.side(c)
	return side.Ready() > 0 && !f.versions[s.spec.Release.Version].fails
}

func (s *fakeSession) SwitchRoute(_ context.Context, c color.Color, revision string) error {
	return s.call(func() error {
		if revision != fmt.Sprint(s.revision) {
			return deploy.ErrConflict
		}
		side, ok := s.side(c)
		if !ok || side.Ready() == 0 {
			s.mistakes = append(s.mistakes, "switched to a color that cannot answer")
			return deploy.ErrRefused
		}
		if old, ok := s.side(s.active); ok && side.Ready() < old.Ready() && s.answers(s.active) {
			s.mistakes = append(s.mistakes, "switched to fewer instances")
		}
		s.left[s.active] = time.Now()
		s.active = c
		s.revision++
		s.route = deploy.Route{}
		return nil
	})
}

func (s *fakeSession) ConfirmRoute(_ context.Context, c color.Color) error {
	return s.call(func() error {
		if s.active != c {
			return fmt.Errorf("the ingress answers from %q", s.active)
		}
		if side, ok := s.side(c); !ok || side.Ready() == 0 {
			return errors.New("the ingress answers with 503")
		}
		return nil
	})
}

func (s *fakeSession) RetireColor(ctx context.Context, c color.Color) error {
	return s.slowly(ctx, func() error {
		if c == s.active {
			s.mistakes = append(s.mistakes, "retired the active color")
			return deploy.ErrRefused
		}
		s.finish()
		if s.answers(c) && !s.answers(s.active) {
			s.mistakes = append(s.mistakes, "stopped the only color that answers")
		}
		if side, ok := s.side(c); ok && side.InFlight > 0 {
			s.outages = append(s.outages, fmt.Sprintf("%d requests cut on %s", side.InFlight, c))
		}
		delete(s.colors, c)
		return nil
	})
}

func (s *fakeSession) RemoveApp(ctx context.Context) error {
	return s.slowly(ctx, func() error { clear(s.colors); s.active = color.None; return nil })
}

func (s *fakeSession) JournalWriter() journal.Writer { return fakeWriter{s} }

// fakeWriter dies, if told so, just before or just after a record is written.
type fakeWriter struct{ s *fakeSession }

func (w fakeWriter) BeginDeploy(ctx context.Context) (id string, err error) {
	err = w.s.call(func() error { id, err = w.s.dir.BeginDeploy(ctx); return err })
	return id, err
}

func (w fakeWriter) AppendRecord(ctx context.Context, id string, r journal.Record) error {
	return w.s.call(func() error {
		if w.s.kill(r.Seq, true) {
			w.s.dead = true
			return errKilled
		}
		err := w.s.dir.AppendRecord(ctx, id, r)
		if w.s.kill(r.Seq, false) {
			w.s.dead = true
			return errKilled
		}
		return err
	})
}

func (w fakeWriter) AttachFile(ctx context.Context, id, name string, content []byte) error {
	return w.s.call(func() error { return w.s.dir.AttachFile(ctx, id, name, content) })
}

// fakeProber answers as the active version of a fakeTarget would, a hundred
// times a second.
type fakeProber struct {
	f       *fakeTarget
	started time.Time
}

func (p fakeProber) CountRequests() (sent, failed int) {
	return int(time.Since(p.started) / (10 * time.Millisecond)), 0
}

func (p fakeProber) StatsSince(c color.Color, since time.Time) probe.Stats {
	p.f.mu.Lock()
	defer p.f.mu.Unlock()
	if since.Before(p.started) {
		since = p.started
	}
	s := probe.Stats{Sent: int(time.Since(since) / (10 * time.Millisecond)), P50: 10 * time.Millisecond, Causes: map[probe.Outcome]int{}}
	if side := p.f.colors[c]; side != nil {
		b := p.f.versions[side.spec.Release.Version]
		s.P50 = cmp.Or(b.latency, s.P50)
		if b.fails && p.f.active == c {
			s.Failed = s.Sent
		}
		if h := p.f.hiccup; !h.IsZero() && !since.After(h) && !time.Now().Before(h) && p.f.active == c {
			s.Failed = max(s.Failed, 1)
		}
	}
	s.P10, s.Timely = s.P50, s.Sent-s.Failed
	return s
}

func (p fakeProber) Stop() probe.Measurement { return probe.Measurement{Started: p.started} }

// releaseOf returns a release with a configuration that is quick to deploy.
func releaseOf(v release.Version) release.Release {
	seconds := func(n int) config.Duration { return config.Duration{Duration: time.Duration(n) * time.Second} }
	return release.Release{App: "app", Version: v, Image: "sha256:" + string(v), Config: config.App{
		Name: "app", Health: "/healthz", Replicas: 2, Bake: seconds(10), Drain: seconds(30),
		Gate:  config.Gate{Healthy: 3, For: seconds(1), Timeout: seconds(20)},
		Smoke: []config.Smoke{{Path: "/", Contains: "hello"}},
	}}
}
