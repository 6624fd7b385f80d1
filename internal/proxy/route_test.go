package proxy

import (
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/proxy/httpserver"
)

func TestWhichColorAnswers(t *testing.T) {
	for _, tt := range []struct {
		active color.Color
		pools  string // colors that have instances
		host   string
		want   string // color that answers, "" for a 503
	}{
		{color.None, "blue", "app.example", ""},
		{color.Blue, "blue", "app.example", "blue"},
		{color.Green, "both", "app.example", "green"},
		{color.Green, "blue", "app.example", ""},
		{color.Blue, "both", "preview.example", "green"},
		{color.Blue, "both", "PREVIEW.Example:8080", "green"},
		{color.Blue, "both", "preview.example.", "green"},
		{color.Green, "both", "preview.example", "blue"},
		{color.Blue, "blue", "preview.example", ""},
		{color.None, "blue", "preview.example", "blue"},
		{color.None, "", "preview.example", ""},
		{color.Blue, "both", "blue.preview.example:80", "blue"},
		{color.Blue, "both", "Green.preview.example", "green"},
		{color.Blue, "blue", "green.preview.example", ""},
		{color.None, "both", "green.preview.example", "green"},
		{color.Blue, "both", "red.preview.example", "blue"},
		{color.Blue, "both", "notpreview.example", "blue"},
	} {
		p := NewProxy(Options{Rules: Rules{Preview: "preview.example"}})
		for _, c := range color.Both() {
			if tt.pools == "both" || tt.pools == string(c) {
				p.SetPool(c, "v1", []string{startBackend(t, replyWith(string(c)))})
			}
		}
		p.SwitchRoute(tt.active)
		r := httptest.NewRequest("GET", "/", nil)
		r.Host = tt.host
		r.RemoteAddr = "127.0.0.1:4711" // the preview is open to this machine
		w := httptest.NewRecorder()
		p.ServeHTTP(w, r)
		switch got := w.Body.String(); {
		case tt.want == "" && w.Code != http.StatusServiceUnavailable:
			t.Errorf("%+v: status %d, %q", tt, w.Code, got)
		case tt.want != "" && got != tt.want:
			t.Errorf("%+v: answered by %q with %d", tt, got, w.Code)
		}
	}
}

func TestSwitchIsSeen(t *testing.T) {
	p := NewProxy(Options{})
	for _, c := range []color.Color{color.Blue, color.Green, color.None} {
		if p.SwitchRoute(c); p.ActiveColor() != c {
			t.Errorf("after Switch(%q) %q is active", c, p.ActiveColor())
		}
	}
}

// After SwitchRoute has returned and the old color was seen empty, no request is
// inside it until it becomes active again. The host is so long that comparing it
// takes some time, which reveals code without the second look.
func TestNoRequestEntersAfterSwitch(t *testing.T) {
	p := NewProxy(Options{Rules: Rules{Preview: "x"}})
	p.SwitchRoute(color.Blue)
	host := strings.Repeat("a", 1<<16)
	var drained [2]atomic.Bool
	index := map[color.Color]int{color.Blue: 0, color.Green: 1}
	var entered, wrong atomic.Int64
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for !stop.Load() {
				s := p.enterColor("x", host)
				if drained[index[s.color]].Load() {
					wrong.Add(1)
				}
				s.inFlight.Add(-1)
				entered.Add(1)
			}
		})
	}
	for range 40 {
		old := p.ActiveColor()
		drained[index[old.Other()]].Store(false)
		p.SwitchRoute(old.Other())
		for p.InFlight(old) != 0 {
			runtime.Gosched()
		}
		drained[index[old]].Store(true)
		seen := entered.Load()
		waitUntil(t, "others enter", func() bool { return entered.Load() > seen+8 })
	}
	stop.Store(true)
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d of %d entered a drained color", n, entered.Load())
	}
}

// Requests that are sent after SwitchRoute returned are never answered by the old
// color, however many switches there are.
func TestNoAnswerFromTheOldColor(t *testing.T) {
	p := NewProxy(Options{})
	for _, c := range color.Both() {
		p.SetPool(c, "v1", []string{startBackend(t, replyWith(string(c))), startBackend(t, replyWith(string(c)))})
	}
	p.SwitchRoute(color.Blue)
	u := startServer(t, p, httpserver.Options{})
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 8}}
	var lock sync.RWMutex // held for reading by requests, so that none spans a switch
	var stop atomic.Bool
	var wg sync.WaitGroup
	var wrong, asked atomic.Int64
	for range 8 {
		wg.Go(func() {
			for !stop.Load() {
				lock.RLock()
				want := p.ActiveColor()
				res, err := client.Get(u)
				if err != nil {
					t.Error(err)
				} else if readBody(t, res) != string(want) {
					wrong.Add(1)
				}
				lock.RUnlock()
				asked.Add(1)
			}
		})
	}
	for range 50 {
		seen := asked.Load()
		waitUntil(t, "more requests", func() bool { return asked.Load() > seen+4 })
		lock.Lock()
		p.SwitchRoute(p.ActiveColor().Other())
		lock.Unlock()
	}
	stop.Store(true)
	wg.Wait()
	if n := wrong.Load(); n > 0 {
		t.Errorf("%d of %d answers came from the old color", n, asked.Load())
	}
}

// Without a lock between switches and requests: nothing fails, and a drained
// color gets no request until it becomes active again.
func TestDrainedMeansDrained(t *testing.T) {
	p := NewProxy(Options{})
	var served [2]atomic.Int64
	for i, c := range color.Both() {
		p.SetPool(c, "v1", []string{startBackend(t, func(http.ResponseWriter, *http.Request) { served[i].Add(1) })})
	}
	p.SwitchRoute(color.Blue)
	u := startServer(t, p, httpserver.Options{})
	var stop atomic.Bool
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			for !stop.Load() {
				if status, _ := getPage(t, u); status != http.StatusOK {
					t.Errorf("status %d", status)
				}
			}
		})
	}
	for i := range 60 {
		p.SwitchRoute(color.Both()[(i+1)%2])
		old := color.Both()[i%2]
		waitUntil(t, "drained", func() bool { return p.InFlight(old) == 0 })
		before := served[i%2].Load()
		others := served[(i+1)%2].Load()
		waitUntil(t, "more requests", func() bool { return served[(i+1)%2].Load() > others+3 })
		if after := served[i%2].Load(); after != before {
			t.Errorf("%s was drained and then got %d requests", old, after-before)
		}
	}
	stop.Store(true)
	wg.Wait()
}

func FuzzHostname(f *testing.F) {
	for _, s := range []string{"", "a", "a:80", "a.:80", "[::1]", "[::1]:80", ":", "]:", "a:b:c"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, host string) {
		if len(trimPort(host)) > len(host) {
			t.Errorf("%q grew", host)
		}
		wantedColor(color.Blue, "preview.example", host)
	})
}
