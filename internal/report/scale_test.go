package report

import (
	"reflect"
	"testing"
	"time"
)

func TestRungs(t *testing.T) {
	for _, tt := range []struct {
		lo, hi float64
		want   []float64
	}{
		{1, 1, []float64{1, 3}}, {.95, 9, []float64{.3, 1, 3, 10}}, {3, 3, []float64{3, 10}}, {4, 31, []float64{3, 10, 30, 100}},
	} {
		got := rungs(tt.lo, tt.hi)
		for i := range got {
			got[i] = float64(int(got[i]*1000+.5)) / 1000
		}
		if !reflect.DeepEqual(got, tt.want) {
			t.Errorf("rungs(%v, %v) = %v, want %v", tt.lo, tt.hi, got, tt.want)
		}
	}
}

func TestNice(t *testing.T) {
	for v, want := range map[float64]float64{0: 1, .5: .5, 1: 1, 7: 8, 9: 10, 10: 10, 11: 15, 160: 200, 5: 5} {
		if got := nice(v); got != want {
			t.Errorf("nice(%v) = %v, want %v", v, got, want)
		}
	}
}

func TestSecondTicks(t *testing.T) {
	for d, want := range map[time.Duration]int{0: 1, 100 * ms: 2, time.Second: 11, 18 * time.Second: 10, 10 * time.Minute: 11, 100 * time.Hour: 41} {
		if got := len(secondTicks(d, 10)); got != want {
			t.Errorf("%s has %d ticks, want %d", d, got, want)
		}
	}
}
