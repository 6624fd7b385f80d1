package main

import (
	"strings"
	"testing"
	"time"
)

// measured is a proxy with one sample for each of these.
func measured(name string, p99 time.Duration, rps ...float64) *run {
	r := &run{proxy: rival{name: name}}
	for _, v := range rps {
		r.samples = append(r.samples, sample{rps: v, p99: p99})
	}
	return r
}

func TestVerdict(t *testing.T) {
	caddy, haproxy := measured("caddy", 20*time.Millisecond, 90, 100, 500), measured("haproxy", 0, 190, 200, 210)
	for _, tt := range []struct {
		ours *run
		want string
	}{
		{measured("ours", time.Millisecond, 1, 100, 900), ""},
		{measured("ours", time.Millisecond, 99, 99, 99), "Caddy has 100"},
		{measured("ours", time.Millisecond, 80, 80, 80), "missed by 20.0 %: 80 requests/s, half of HAProxy is 100"},
		{measured("ours", 30*time.Millisecond, 200, 200, 200), "missed by 50.0 %: p99"},
	} {
		err := checkBars([]*run{tt.ours, caddy, haproxy})
		if (err == nil) != (tt.want == "") || (err != nil && !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%+v: %v, want %q", tt.ours.samples, err, tt.want)
		}
	}
}

func TestRatioIsOfRounds(t *testing.T) {
	if got := ratioText(measured("a", 0, 10, 30, 100), measured("b", 0, 10, 10, 200)); got != 1 {
		t.Errorf("ratio %v, want the median of 1, 3 and 0.5", got)
	}
}

func TestClosingVerdict(t *testing.T) {
	for _, tt := range []struct {
		ours, rival closing
		missed      bool
	}{
		{closing{proxy: "ours"}, closing{proxy: "nginx", atOnce: 3}, false},
		{closing{proxy: "ours", atOnce: 1}, closing{proxy: "nginx"}, true},
		{closing{proxy: "ours", idle: 1}, closing{proxy: "nginx"}, true},
		{closing{proxy: "ours", post: 1}, closing{proxy: "nginx"}, true},
	} {
		if err := closingVerdict([]closing{tt.ours, tt.rival}); (err != nil) != tt.missed {
			t.Errorf("%+v: %v", tt.ours, err)
		}
	}
}
