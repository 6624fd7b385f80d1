package deploy

import (
	"testing"
	"time"

	"version-manager/internal/progress"
)

// The clock of a machine that was suspended before the switch is ahead of what
// the probe has counted since it was started. What the probe saw after the switch
// counts all the same.
func TestSinceTheSwitchWhateverTheClockSays(t *testing.T) {
	now := time.Now()
	for name, off := range map[string]time.Duration{"ahead": time.Hour, "behind": -time.Hour, "right": 0} {
		d := newExecutor(&Engine{}, nil, Run{}, nil).d
		d.began[stepSwitch] = now
		written := now.Add(off).UTC().Round(0)
		d.run.Steps = []StepRun{{Name: stepSwitch, Status: progress.StatusDone, Started: written, Ended: written}}
		if got := d.switchedSince(time.Time{}); got != now {
			t.Errorf("%s: since %s, want %s", name, got, now)
		}
	}
}

// What another process did is not taken for this one's, though its clock was ahead.
func TestAnothersSwitchIsNotOurs(t *testing.T) {
	later := time.Now().Add(time.Hour).UTC().Round(0)
	d := newExecutor(&Engine{}, nil, Run{Steps: []StepRun{{Name: stepSwitch, Status: progress.StatusDone, Started: later, Ended: later}}}, nil).d
	want := time.Now()
	if got := d.switchedSince(want); got != want {
		t.Errorf("since %s, want %s", got, want)
	}
}
