package kubernetes

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
)

// entrance makes the first Traefik pod's own address the public one.
func (w *world) entrance() {
	w.options.Config.Entrances = []string{w.traefik.server("traefik-1").URL}
}

func TestConfirmAsksEveryProxy(t *testing.T) {
	w := newWorld(t)
	w.entrance()
	w.proxy("traefik-2")
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	w.traefik.mu.Lock()
	w.traefik.lag["traefik-2"] = 400 * time.Millisecond
	clear(w.traefik.since)
	clear(w.traefik.asked)
	w.traefik.mu.Unlock()
	began := time.Now()
	w.must(s.Confirm(t.Context(), color.Green))
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("confirmed after %v, while one proxy lagged", took)
	}
	if n := w.traefik.asked["traefik-1 shop"]; n < 2*confirmTimes || n > 4*confirmTimes {
		t.Errorf("the quick proxy was asked %d times", n)
	}
	kept, err := s.anchorData(t.Context(), anchorPropagation)
	w.must(err)
	if took := longest(kept); took < 400*time.Millisecond || took > 30*time.Second {
		t.Errorf("propagation is %v (%s)", took, kept)
	}
	if sleep := s.sleep(t.Context()); sleep < time.Second {
		t.Errorf("pods sleep for %v", sleep)
	}
}

func TestConfirmSaysWhoDoesNotObey(t *testing.T) {
	w := newWorld(t)
	w.proxy("traefik-2")
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	w.traefik.mu.Lock()
	w.traefik.lag["traefik-2"] = time.Hour
	w.traefik.mu.Unlock()
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := s.Confirm(ctx, color.Green)
	if err == nil || !strings.Contains(err.Error(), "traefik/traefik-2: status 200 from blue") || strings.Contains(err.Error(), "traefik-1") {
		t.Errorf("Confirm = %v", err)
	}
}

// A proxy that appears while the others are asked is asked too.
func TestConfirmMeetsNewProxies(t *testing.T) {
	w := newWorld(t)
	w.entrance()
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	w.traefik.mu.Lock()
	w.traefik.lag["traefik-1"] = 300 * time.Millisecond
	clear(w.traefik.since)
	w.traefik.mu.Unlock()
	time.AfterFunc(100*time.Millisecond, func() { w.proxy("traefik-3") })
	w.must(s.Confirm(t.Context(), color.Green))
	w.traefik.mu.Lock()
	defer w.traefik.mu.Unlock()
	if w.traefik.asked["traefik-3 shop"] < confirmTimes {
		t.Error("the new proxy was not asked")
	}
}

func TestConfirmRefuses(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	if err := s.Confirm(t.Context(), color.Green); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("Confirm of the standby color = %v", err)
	}
	w.must(s.Unlock(t.Context()))
	w.lock(w.target(), "bob")
	if err := s.Confirm(t.Context(), color.Blue); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("Confirm without the lock = %v", err)
	}
}

// Where the gateway is somebody else's the entrances are asked, for longer.
func TestConfirmWithoutProxies(t *testing.T) {
	w := newWorld(t)
	w.entrance()
	w.put(`{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "traefik"}, "spec": {"controllerName": "example.org/other"}}`)
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	began := time.Now()
	w.must(s.Confirm(t.Context(), color.Green))
	if took := time.Since(began); took < entrancesLong {
		t.Errorf("confirmed after %v", took)
	}
	if text := strings.Join(s.gatewayWarnings(t.Context()), "\n"); !strings.Contains(text, "example.org/other") {
		t.Errorf("warnings: %s", text)
	}
}

// A proxy that ends obeys for as long as it serves somebody, and does not hold
// anybody up once it does not listen any more.
func TestConfirmAsksProxiesThatLeave(t *testing.T) {
	w := newWorld(t)
	w.entrance()
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	for _, name := range []string{"leaves", "deaf"} {
		w.proxy(name)
		o := w.server.Get("Pod", "traefik", name)
		now := metav1.Now()
		o.SetDeletionTimestamp(&now)
		w.server.Put(o)
	}
	w.traefik.server("deaf").Close()
	w.must(s.Confirm(t.Context(), color.Green))
	w.traefik.mu.Lock()
	defer w.traefik.mu.Unlock()
	if w.traefik.asked["leaves shop"] < confirmTimes {
		t.Error("the proxy that leaves was not asked")
	}
}

// A proxy that does not answer holds up the way there, on which nothing has to
// be hurried, but not the way back.
func TestSilentProxy(t *testing.T) {
	w := newWorld(t)
	w.entrance()
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	w.proxy("dead")
	w.traefik.server("dead").Close()

	t.Run("back", func(t *testing.T) {
		began := time.Now()
		if err := s.Switch(t.Context(), color.Blue, revision(w.get("HTTPRoute", "shop"))); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < deafOnWay || w.active() != color.Blue {
			t.Errorf("switched after %v to %s", took, w.active())
		}
	})
	t.Run("confirmed by all", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), deafOnWay+500*time.Millisecond)
		defer cancel()
		if err := s.Confirm(ctx, color.Blue); err == nil || !strings.Contains(err.Error(), "traefik/dead") {
			t.Errorf("Confirm = %v", err)
		}
	})
	t.Run("there", func(t *testing.T) {
		w.must(s.Unlock(t.Context()))
		s := w.lock(w.target(), "bob")
		s.begins()
		ctx, cancel := context.WithTimeout(t.Context(), deafOnWay+500*time.Millisecond)
		defer cancel()
		if err := s.Switch(ctx, color.Green, revision(w.get("HTTPRoute", "shop"))); !errors.Is(err, deploy.ErrRefused) {
			t.Errorf("Switch = %v", err)
		}
		w.must(s.Unlock(t.Context()))
	})
	t.Run("end of somebody else's deploy", func(t *testing.T) {
		s := w.lock(w.target(), "eve")
		w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
		w.must(s.Unlock(t.Context()))
	})
	t.Run("all silent", func(t *testing.T) {
		w.traefik.server("traefik-1").Close()
		ctx, cancel := context.WithTimeout(t.Context(), deafOnWay+500*time.Millisecond)
		defer cancel()
		if err := s.proxiesObey(ctx, question{"shop", "/", color.Blue, "1"}, deafOnWay); err == nil {
			t.Error("content with nobody")
		}
	})
}

// A proxy that answers as it did before the switch does not hear the API server
// any more. That must not keep the users of all others on a version that fails.
func TestWrongProxy(t *testing.T) {
	w := newWorld(t)
	w.proxy("stale", "--providers.providersthrottleduration=500ms")
	s := w.deployed()
	stuck := func(lag time.Duration) {
		w.traefik.mu.Lock()
		defer w.traefik.mu.Unlock()
		w.traefik.lag["stale"] = lag
		clear(w.traefik.since)
	}
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	stuck(time.Hour)
	began := time.Now()
	w.must(s.Switch(t.Context(), color.Blue, revision(w.get("HTTPRoute", "shop"))))
	if took := time.Since(began); took < deafOnWay+500*time.Millisecond || w.active() != color.Blue {
		t.Errorf("switched back after %v to %s", took, w.active())
	}
	w.must(s.Unlock(t.Context()))
	s = w.lock(w.target(), "bob")
	s.begins()
	stuck(time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), deafOnWay+time.Second)
	defer cancel()
	if err := s.Switch(ctx, color.Green, revision(w.get("HTTPRoute", "shop"))); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("on the way there Switch = %v", err)
	}
}

// The last proxy goes while it is asked: nobody has confirmed anything.
func TestConfirmByNobody(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.must(s.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))))
	w.traefik.mu.Lock()
	w.traefik.lag["traefik-1"] = time.Hour
	clear(w.traefik.since)
	w.traefik.mu.Unlock()
	time.AfterFunc(100*time.Millisecond, func() {
		_ = s.app.Kube.Delete(context.Background(), kube.Ref{Kind: "Pod", Namespace: "traefik", Name: "traefik-1"})
	})
	if err := s.Confirm(t.Context(), color.Green); !errors.Is(err, errNoProxy) {
		t.Errorf("Confirm = %v", err)
	}
}

func TestContent(t *testing.T) {
	obeys, lags, gone := proxy{row: confirmTimes}, proxy{row: 1}, proxy{left: true}
	deaf := proxy{silent: spell{long: deafOnWay}, reload: time.Second}
	slow := proxy{wrong: spell{long: deafOnWay}, reload: time.Second}
	stuck := proxy{wrong: spell{long: deafOnWay + time.Second}, reload: time.Second}
	for name, tt := range map[string]struct {
		asked []proxy
		deaf  time.Duration
		obey  int
		want  bool
	}{
		"nobody":                         {nil, 0, 0, true},
		"all obey":                       {[]proxy{obeys, obeys}, 0, 2, true},
		"one lags":                       {[]proxy{obeys, lags}, deafOnWay, 0, false},
		"one is silent":                  {[]proxy{obeys, deaf}, 0, 0, false},
		"one is silent, on the way back": {[]proxy{obeys, deaf}, deafOnWay, 1, true},
		"one is wrong":                   {[]proxy{obeys, stuck}, 0, 0, false},
		"one is slow, on the way back":   {[]proxy{obeys, slow}, deafOnWay, 0, false},
		"one is wrong, on the way back":  {[]proxy{obeys, stuck}, deafOnWay, 1, true},
		"all are silent":                 {[]proxy{deaf, deaf}, deafOnWay, 0, false},
		"all are wrong":                  {[]proxy{stuck, stuck}, deafOnWay, 0, false},
		"one left, one is silent":        {[]proxy{gone, deaf}, deafOnWay, 0, false},
		"all left":                       {[]proxy{gone}, 0, 0, true},
	} {
		asked := map[string]*proxy{}
		for i := range tt.asked {
			asked[string(rune('a'+i))] = &tt.asked[i]
		}
		if n, got := content(asked, tt.deaf); n != tt.obey || got != tt.want {
			t.Errorf("%s: content is %v with %d", name, got, n)
		}
	}
}
