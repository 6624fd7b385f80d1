package lab

import (
	"strings"
	"testing"
	"time"

	"version-manager/internal/probe"
	"version-manager/internal/progress"
)

func TestCost(t *testing.T) {
	for want, toll := range map[string]UserReport{
		"0 failed": {Sent: 9},
		"3 failed: 2 " + probe.Refused.String() + ", 1 " + probe.Timeout.String(): {Sent: 9, Failed: 3, Causes: map[probe.Outcome]int{probe.Timeout: 1, probe.Refused: 2}},
	} {
		if got := toll.FailureText(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestAddKeepsTheLongestGap(t *testing.T) {
	var toll UserReport
	for _, gap := range []probe.Millis{20, 700, 30} {
		toll.addMeasurement(probe.Measurement{Sent: 10, Failed: 1, Gap: gap, Causes: map[probe.Outcome]int{probe.Refused: 1}})
	}
	if toll.Gap != 700*time.Millisecond || toll.Sent != 30 || toll.Failed != 3 || toll.Causes[probe.Refused] != 3 {
		t.Errorf("%+v", toll)
	}
}

func TestEachEvent(t *testing.T) {
	var steps []string
	eachEvent(strings.NewReader(`{"kind":"step","step":"gate","status":"running"}
not JSON
{"kind":"step","step":"switch","status":"running"}
`), func(e progress.Event) {
		if StepBegins(e, "switch") || StepBegins(e, "gate") {
			steps = append(steps, e.Step)
		}
	})
	if strings.Join(steps, " ") != "gate switch" {
		t.Errorf("got %q", steps)
	}
}
