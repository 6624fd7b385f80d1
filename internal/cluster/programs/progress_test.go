package programs

import (
	"testing"
	"time"
)

func TestEstimate(t *testing.T) {
	start := time.Unix(0, 0)
	at := func(seconds int) time.Time { return start.Add(time.Duration(seconds) * time.Second) }
	first, second := program{cost: 200}, program{cost: 100}
	e := newEstimate([]program{first, second})
	e.cores = 2

	e.begin(first, start)
	for _, tt := range []struct{ at, want int }{
		{0, 150}, {60, 90}, {100, 60}, // as the price list says
		{200, 70}, // late: it grows instead of standing still
	} {
		if got := e.left(at(tt.at)); got != time.Duration(tt.want)*time.Second {
			t.Errorf("after %d s: %s, want %d s", tt.at, got, tt.want)
		}
	}
	e.end(at(200))
	e.begin(second, at(200))
	if got := e.left(at(200)); got != 100*time.Second {
		t.Errorf("on a machine of half the speed: %s, want 100 s", got)
	}
}

func TestEstimateIsNotFooledByTheCache(t *testing.T) {
	start := time.Unix(0, 0)
	e := newEstimate([]program{{cost: 200}, {cost: 100}})
	e.cores = 2
	e.begin(program{cost: 200}, start)
	e.end(start.Add(time.Second)) // all of it was compiled before
	e.begin(program{cost: 100}, start.Add(time.Second))
	if got := e.left(start.Add(time.Second)); got != 50*time.Second {
		t.Errorf("%s, want 50 s", got)
	}
}
