package routes

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
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/gateway"
)

func TestConfirmAsksEveryProxy(t *testing.T) {
	w := newWorld(t)
	w.useEntrance()
	w.PutProxy("traefik-2")
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.Traefik.SetLag("traefik-2", 400*time.Millisecond)
	w.Traefik.ResetCounts()
	began := time.Now()
	w.Must(s.ConfirmTraffic(t.Context(), color.Green))
	if took := time.Since(began); took < 400*time.Millisecond {
		t.Errorf("confirmed after %v, while one proxy lagged", took)
	}
	if n := w.Traefik.CountAsked("traefik-1", "shop"); n < 2*gateway.AnswersNeeded || n > 4*gateway.AnswersNeeded {
		t.Errorf("the quick proxy was asked %d times", n)
	}
	anchor, err := fenced.ReadAnchor(t.Context(), s.app)
	w.Must(err)
	kept := fenced.AnchorValue(anchor, propagationKey)
	if took := longestPropagation(kept); took < 400*time.Millisecond || took > 30*time.Second {
		t.Errorf("propagation is %v (%s)", took, kept)
	}
	if sleep := SleepTime(t.Context(), s.app, s.gateway); sleep < time.Second {
		t.Errorf("pods sleep for %v", sleep)
	}
}

func TestConfirmSaysWhoDoesNotObey(t *testing.T) {
	w := newWorld(t)
	w.PutProxy("traefik-2")
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.Traefik.SetLag("traefik-2", time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	err := s.ConfirmTraffic(ctx, color.Green)
	if err == nil || !strings.Contains(err.Error(), "traefik/traefik-2: status 200 from blue") || strings.Contains(err.Error(), "traefik-1") {
		t.Errorf("Confirm = %v", err)
	}
}

// A proxy that appears while the others are asked is asked too.
func TestConfirmMeetsNewProxies(t *testing.T) {
	w := newWorld(t)
	w.useEntrance()
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.Traefik.SetLag("traefik-1", 300*time.Millisecond)
	time.AfterFunc(100*time.Millisecond, func() { w.PutProxy("traefik-3") })
	w.Must(s.ConfirmTraffic(t.Context(), color.Green))
	if w.Traefik.CountAsked("traefik-3", "shop") < gateway.AnswersNeeded {
		t.Error("the new proxy was not asked")
	}
}

func TestConfirmRefuses(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	if err := s.ConfirmTraffic(t.Context(), color.Green); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("Confirm of the standby color = %v", err)
	}
	s.unlock(w)
	w.lock("bob")
	if err := s.ConfirmTraffic(t.Context(), color.Blue); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("Confirm without the lock = %v", err)
	}
}

// Where the gateway is somebody else's the entrances are asked, for longer.
func TestConfirmWithoutProxies(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.useEntrance()
	w.PutJSON(`{"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "traefik"}, "spec": {"controllerName": "example.org/other"}}`)
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	began := time.Now()
	w.Must(s.ConfirmTraffic(t.Context(), color.Green))
	if took := time.Since(began); took < gateway.EntranceConfirmTime {
		t.Errorf("confirmed after %v", took)
	}
	if text := strings.Join(s.gateway.ListWarnings(t.Context()), "\n"); !strings.Contains(text, "example.org/other") {
		t.Errorf("warnings: %s", text)
	}
}

// A proxy that ends follows for as long as it serves somebody, and does not hold
// anybody up once it does not listen anymore.
func TestConfirmAsksProxiesThatLeave(t *testing.T) {
	w := newWorld(t)
	w.useEntrance()
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	for _, name := range []string{"leaves", "silent"} {
		w.PutProxy(name)
		o := w.Server.GetObject("Pod", "traefik", name)
		now := metav1.Now()
		o.SetDeletionTimestamp(&now)
		w.Server.PutObject(o)
	}
	w.Traefik.PodServer("silent").Close()
	w.Must(s.ConfirmTraffic(t.Context(), color.Green))
	if w.Traefik.CountAsked("leaves", "shop") < gateway.AnswersNeeded {
		t.Error("the proxy that leaves was not asked")
	}
}

// A proxy that does not answer holds up the way there, on which nothing has to
// be hurried, but not the rollback.
func TestSilentProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.useEntrance()
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.PutProxy("dead")
	w.Traefik.PodServer("dead").Close()

	t.Run("back", func(t *testing.T) {
		began := time.Now()
		if err := s.SwitchTraffic(t.Context(), color.Blue, w.revision()); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(began); took < passOverOnRollback || w.active() != color.Blue {
			t.Errorf("switched after %v to %s", took, w.active())
		}
	})
	t.Run("confirmed by all", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), passOverOnRollback+500*time.Millisecond)
		defer cancel()
		if err := s.ConfirmTraffic(ctx, color.Blue); err == nil || !strings.Contains(err.Error(), "traefik/dead") {
			t.Errorf("Confirm = %v", err)
		}
	})
	t.Run("there", func(t *testing.T) {
		s.unlock(w)
		s := w.lock("bob")
		s.own = true
		ctx, cancel := context.WithTimeout(t.Context(), passOverOnRollback+500*time.Millisecond)
		defer cancel()
		if err := s.SwitchTraffic(ctx, color.Green, w.revision()); !errors.Is(err, deploy.ErrRefused) {
			t.Errorf("Switch = %v", err)
		}
		s.unlock(w)
	})
	t.Run("end of somebody else's deploy", func(t *testing.T) {
		s := w.lock("eve")
		w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
		s.unlock(w)
	})
	t.Run("all silent", func(t *testing.T) {
		w.Traefik.PodServer("traefik-1").Close()
		ctx, cancel := context.WithTimeout(t.Context(), passOverOnRollback+500*time.Millisecond)
		defer cancel()
		if _, err := s.env.Confirmer.ConfirmProxies(ctx, s.env.Confirmer.NewQuestion(ctx, "shop", color.Blue), passOverOnRollback); err == nil {
			t.Error("confirmed by nobody")
		}
	})
}

// A proxy that answers as it did before the switch does not hear the API server
// anymore. That must not keep the users of all others on a version that fails.
func TestWrongProxy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.PutProxy("stale", "--providers.providersthrottleduration=500ms")
	s := w.deployed()
	stuck := func(lag time.Duration) {
		w.Traefik.SetLag("stale", lag)
	}
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	stuck(time.Hour)
	began := time.Now()
	w.Must(s.SwitchTraffic(t.Context(), color.Blue, w.revision()))
	if took := time.Since(began); took < passOverOnRollback+500*time.Millisecond || w.active() != color.Blue {
		t.Errorf("switched back after %v to %s", took, w.active())
	}
	s.unlock(w)
	s = w.lock("bob")
	s.own = true
	stuck(time.Hour)
	ctx, cancel := context.WithTimeout(t.Context(), passOverOnRollback+time.Second)
	defer cancel()
	if err := s.SwitchTraffic(ctx, color.Green, w.revision()); !errors.Is(err, deploy.ErrRefused) {
		t.Errorf("on the way there Switch = %v", err)
	}
}

// The last proxy goes while it is asked: nobody has confirmed anything.
func TestConfirmByNobody(t *testing.T) {
	w := newWorld(t)
	s := w.deployed()
	w.Must(s.SwitchTraffic(t.Context(), color.Green, w.revision()))
	w.Traefik.SetLag("traefik-1", time.Hour)
	time.AfterFunc(100*time.Millisecond, func() {
		_ = s.app.Kube.DeleteObject(context.Background(), kube.Ref{Kind: "Pod", Namespace: "traefik", Name: "traefik-1"})
	})
	if err := s.ConfirmTraffic(t.Context(), color.Green); !errors.Is(err, gateway.ErrNoProxy) {
		t.Errorf("Confirm = %v", err)
	}
}
