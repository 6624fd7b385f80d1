package programs

import (
	"testing"
	"time"
)

func atSecond(seconds int) time.Time { return time.Unix(int64(seconds), 0) }

func TestTimeLeft(t *testing.T) {
	first, second := program{name: "first", cost: 200}, program{name: "second", cost: 100}
	e := newEstimate([]program{first, second})
	e.cores = 2
	e.beginPart(first, atSecond(0))
	for _, tt := range []struct{ at, want int }{
		{0, 150}, {60, 90}, {100, 60}, // as in the table
		{200, 70}, // late: the estimate grows
	} {
		if got := e.timeLeft(atSecond(tt.at)); got != time.Duration(tt.want)*time.Second {
			t.Errorf("after %d s: %s, want %d s", tt.at, got, tt.want)
		}
	}
	e.endPart(atSecond(200))
	e.beginPart(second, atSecond(200))
	if got := e.timeLeft(atSecond(200)); got != 100*time.Second {
		t.Errorf("on a machine with half the speed: %s, want 100 s", got)
	}
}

func TestEstimateUsesTheCache(t *testing.T) {
	list := []program{{name: "big", cost: 600}, {name: "other", cost: 400}, {name: "tiny", cost: 1}}
	e := newEstimate(list)
	e.cores = 1
	e.beginPart(program{name: "modules"}, atSecond(0))
	e.applyCache(list, []float64{0, 0.5, 1})
	if got, want := e.timeLeft(atSecond(0)), (linkCost+linkCost+200+1)*time.Second; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestSlowdown: only a part that is large enough says how fast the machine is.
func TestSlowdown(t *testing.T) {
	for cost, want := range map[int]float64{minMeasuredCost - 1: 1, minMeasuredCost: 2, minMeasuredCost + 1: 2} {
		p := program{name: "part", cost: cost}
		e := newEstimate([]program{p})
		e.cores = 1
		e.beginPart(p, atSecond(0))
		e.endPart(atSecond(2 * cost))
		if e.slowdown != want {
			t.Errorf("cost %d: slowdown %g, want %g", cost, e.slowdown, want)
		}
	}
}

func TestBuildStatus(t *testing.T) {
	for _, tt := range []struct {
		left time.Duration
		note string
		want string
	}{
		{0, "", "building coredns, 3 of 9"},
		{124 * time.Second, "", "building coredns, 3 of 9, at most 2m0s left"},
		{125 * time.Second, "downloading x", "building coredns, 3 of 9, at most 2m10s left (downloading x)"},
	} {
		if got := buildStatus("coredns", 3, 9, tt.left, tt.note); got != tt.want {
			t.Errorf("%q, want %q", got, tt.want)
		}
	}
}
