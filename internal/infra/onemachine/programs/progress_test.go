package programs

import (
	"testing"
	"time"
)

func after(seconds int) time.Time { return time.Unix(int64(seconds), 0) }

func TestEstimate(t *testing.T) {
	first, second := program{name: "first", cost: 200}, program{name: "second", cost: 100}
	e := newEstimate([]program{first, second})
	e.cores = 2
	e.begin(first, after(0))
	for _, tt := range []struct{ at, want int }{
		{0, 150}, {60, 90}, {100, 60}, // as the price list says
		{200, 70}, // late: it grows instead of standing still
	} {
		if got := e.left(after(tt.at)); got != time.Duration(tt.want)*time.Second {
			t.Errorf("after %d s: %s, want %d s", tt.at, got, tt.want)
		}
	}
	e.end(after(200))
	e.begin(second, after(200))
	if got := e.left(after(200)); got != 100*time.Second {
		t.Errorf("on a machine of half the speed: %s, want 100 s", got)
	}
}

func TestEstimateKnowsTheCache(t *testing.T) {
	list := []program{{name: "big", cost: 600}, {name: "other", cost: 400}, {name: "tiny", cost: 1}}
	e := newEstimate(list)
	e.cores = 1
	e.begin(program{name: "modules"}, after(0))
	e.discount(list, []float64{0, 0.5, 1})
	if got, want := e.left(after(0)), (linking+linking+200+1)*time.Second; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}
