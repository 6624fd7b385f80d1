package busy

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// TestNothingIsLateOnAnIdleMachine uses a clock that is never late.
func TestNothingIsLateOnAnIdleMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := StartMeter()
		time.Sleep(3500 * time.Millisecond)
		r := m.Stop()
		if r.Seconds != 3 || r.Late != 0 || r.WasTooBusy() {
			t.Errorf("%+v", r)
		}
	})
}

// TestLateWakeUpsAreMeasured delays every wake-up by a tenth of a second.
func TestLateWakeUpsAreMeasured(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const delay = 100 * time.Millisecond
		m := startMeter(func(quit <-chan struct{}) bool {
			defer time.Sleep(delay)
			return waitInterval(quit)
		}, func() float64 { return 7 })
		time.Sleep(3500 * time.Millisecond)
		r := m.Stop()
		if r.Seconds != 3 || r.Late != 3 || r.LateAtEnd != 3 || r.Worst != delay || r.MeanRunning != 7 || !r.WasTooBusy() {
			t.Errorf("%+v", r)
		}
	})
}

func TestTooBusyLimits(t *testing.T) {
	seconds := func(n int, lateness time.Duration) []second {
		return slices.Repeat([]second{{lateness: lateness}}, n)
	}
	quiet, late := minLateness-1, minLateness
	for name, tt := range map[string]struct {
		all  []second
		want bool
	}{
		"nothing measured":                  {nil, false},
		"just on time":                      {seconds(100, quiet), false},
		"19 of 100 seconds, at the start":   {slices.Concat(seconds(19, late), seconds(81, quiet)), false},
		"20 of 100 seconds, at the start":   {slices.Concat(seconds(20, late), seconds(80, quiet)), true},
		"11 seconds of the last minute":     {slices.Concat(seconds(540, quiet), seconds(49, quiet), seconds(11, late)), false},
		"12 seconds of the last minute":     {slices.Concat(seconds(540, quiet), seconds(48, quiet), seconds(12, late)), true},
		"12 seconds before the last minute": {slices.Concat(seconds(540, quiet), seconds(12, late), seconds(60, quiet)), false},
		"one of four seconds":               {slices.Concat(seconds(3, quiet), seconds(1, late)), true},
		"one of six seconds":                {slices.Concat(seconds(5, quiet), seconds(1, late)), false},
	} {
		if r := sumUp(tt.all); r.WasTooBusy() != tt.want {
			t.Errorf("%s: too busy = %t, want %t: %s", name, !tt.want, tt.want, r)
		}
	}
}

func TestReportExit(t *testing.T) {
	failure := errors.New("2 bars missed")
	free, busy := Reading{Seconds: 10}, Reading{Seconds: 10, Late: 5, LateAtEnd: 5, Worst: time.Second, MeanRunning: 22}
	for _, tt := range []struct {
		failure error
		reading Reading
		code    int
		says    string
	}{
		{nil, free, 0, ""},
		{nil, busy, 0, ""},
		{failure, free, 1, "e2e: 2 bars missed\n"},
		{failure, busy, ExitCode, "e2e: TOO BUSY: "},
	} {
		var out strings.Builder
		if code := ReportExit(&out, "e2e", tt.failure, tt.reading); code != tt.code || !strings.Contains(out.String(), tt.says) {
			t.Errorf("%v on %+v: exit code %d, want %d, and %q", tt.failure, tt.reading, code, tt.code, out.String())
		}
		if tt.failure == nil && out.Len() > 0 {
			t.Errorf("success says %q", out.String())
		}
	}
}
