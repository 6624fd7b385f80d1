package sidecar

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/waittest"
)

// TestGatewayIsBelieved: the proxy in front knows who asks; the sidecar
// only adds itself.
func TestForwardingIsContinued(t *testing.T) {
	app, _ := startApp(t, func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Header.Get("X-Forwarded-For"), " ", r.Header.Get("X-Forwarded-Proto"), " ", r.Header.Get("X-Real-Ip"))
	})
	p := startPod(t, app)
	req, err := http.NewRequest(http.MethodGet, p.traffic, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header = http.Header{"X-Forwarded-For": {"198.51.100.7"}, "X-Forwarded-Proto": {"https"}, "X-Real-Ip": {"198.51.100.7"},
		"Version-Manager-Probe": {"1"}}
	res, err := waittest.Client(t, nil).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body := make([]byte, 100)
	n, _ := res.Body.Read(body)
	if want := "198.51.100.7 https 198.51.100.7"; string(body[:n]) != want {
		t.Errorf("the app saw %q, want %q", body[:n], want)
	}
	if c, v := res.Header.Get("Version-Manager-Color"), res.Header.Get("Version-Manager-Version"); c != "green" || v != "v1.2.3" {
		t.Errorf("the probe saw %q and %q", c, v)
	}
}

func TestCounts(t *testing.T) {
	app, kill := startApp(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/broken" {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	p := startPod(t, app)
	getPage(t, p.traffic)
	getPage(t, p.traffic+"/broken")
	kill()
	if status, _ := getPage(t, p.traffic); status != http.StatusBadGateway {
		t.Errorf("of a dead app came %d", status)
	}
	want := Counts{Color: "green", Version: "v1.2.3", Instance: "shop-green-1", Requests: 3, Errors: 2}
	waitUntil(t, "the counts are right", func() bool { return p.readCounts(t) == want })
}

// TestAnswers: an app that says that it is not ready is alive; one that says
// nothing, or is not there, is not.
func TestAnswers(t *testing.T) {
	hang := make(chan struct{})
	t.Cleanup(func() { close(hang) })
	for name, tt := range map[string]struct {
		app  http.HandlerFunc
		want int
	}{
		"ready":     {func(w http.ResponseWriter, r *http.Request) {}, http.StatusOK},
		"not ready": {func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusServiceUnavailable) }, http.StatusOK},
		"elsewhere": {func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "http://192.0.2.1/", http.StatusFound)
		}, http.StatusOK},
		"hangs": {func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-hang:
			case <-r.Context().Done():
			}
		}, http.StatusServiceUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			app, kill := startApp(t, tt.app)
			p := startPod(t, app)
			if status, body := getPage(t, p.office+"/answers"); status != tt.want {
				t.Errorf("%d %s", status, body)
			}
			kill()
			if status, _ := getPage(t, p.office+"/answers"); status != http.StatusServiceUnavailable {
				t.Errorf("a dead app is alive: %d", status)
			}
		})
	}
}

// TestAppComesLater: the sidecar starts before the app. Early requests are
// refused, without a lasting effect.
func TestAppComesLater(t *testing.T) {
	l := listenLocal(t)
	addr := l.Addr().String()
	l.Close()
	p := startPod(t, addr)
	if status, _ := getPage(t, p.office+"/live"); status != http.StatusOK {
		t.Errorf("without its app the sidecar says %d", status)
	}
	if status, _ := getPage(t, p.traffic); status != http.StatusBadGateway {
		t.Errorf("too early: %d", status)
	}
	app := http.Server{Addr: addr, Handler: http.NotFoundHandler()}
	go func() { _ = app.ListenAndServe() }()
	t.Cleanup(func() { app.Close() })
	waitUntil(t, "the app answers", func() bool {
		status, _ := getPage(t, p.traffic)
		return status == http.StatusNotFound
	})
}

func TestDrainedNeedsDurations(t *testing.T) {
	p := startPod(t, "127.0.0.1:1")
	for _, q := range []string{"", "?sleep=1s", "?sleep=1s&limit=x", "?sleep=-1s&limit=1s"} {
		if status, _ := getPage(t, p.office+"/drained"+q); status != http.StatusBadRequest {
			t.Errorf("%q: %d", q, status)
		}
	}
}

func TestRun(t *testing.T) {
	taken := listenLocal(t).Addr().String()
	for want, o := range map[string]Options{
		"listen for requests": {Listen: taken, AdminListen: "127.0.0.1:0"},
		"listen for probes":   {Listen: "127.0.0.1:0", AdminListen: taken},
	} {
		if err := RunSidecar(t.Context(), o); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if err := RunSidecar(ctx, Options{Listen: "127.0.0.1:0", AdminListen: "127.0.0.1:0"}); err != nil {
		t.Error(err)
	}
}
