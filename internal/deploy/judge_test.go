package deploy

import (
	"strings"
	"testing"
	"time"

	"version-manager/internal/probe"
)

func TestJudge(t *testing.T) {
	const ms = time.Millisecond
	before := Baseline{Answers: 100, P10: 8 * ms, P50: 10 * ms, Errors: 0.001}
	good := observation{probe: probe.Stats{Sent: 100, Timely: 100, P10: 9 * ms, P50: 12 * ms}, before: before, ready: 2, answers: 1000}
	for name, tt := range map[string]struct {
		change func(*observation)
		says   string // empty: nothing is wrong
	}{
		"good":                  {func(*observation) {}, ""},
		"one failure":           {func(o *observation) { o.probe.Failed = 1; o.probe.Causes = map[probe.Outcome]int{probe.Refused: 1} }, "1 of 100 requests failed: 1 refused"},
		"a failure is allowed":  {func(o *observation) { o.probe.Failed, o.maxFailed = 1, 1 }, ""},
		"crash":                 {func(o *observation) { o.restarts = 1 }, "crashed"},
		"nobody ready":          {func(o *observation) { o.ready = 0 }, "no instance is ready"},
		"slow":                  {func(o *observation) { o.probe.P10, o.probe.P50 = 80*ms, 100*ms }, "answers take 80ms, and took 8ms before"},
		"slower but fine":       {func(o *observation) { o.probe.P10, o.probe.P50 = 28*ms, 34*ms }, ""},
		"a busy machine":        {func(o *observation) { o.probe.P50 = 100 * ms }, ""},
		"slow by few answers":   {func(o *observation) { o.probe.P10, o.probe.Timely = 80*ms, 19 }, ""},
		"nothing to compare":    {func(o *observation) { o.probe.P10, o.before.Answers = 80*ms, 19 }, ""},
		"users get errors":      {func(o *observation) { o.errors = 51 }, "51 of 1000 answers to users were errors"},
		"few errors":            {func(o *observation) { o.errors, o.answers = 9, 10 }, ""},
		"errors as before":      {func(o *observation) { o.errors, o.before.Errors = 51, 0.03 }, ""},
		"silence is no success": {func(o *observation) { o.probe = probe.Stats{} }, "proves nothing"},
	} {
		t.Run(name, func(t *testing.T) {
			o := good
			tt.change(&o)
			err := judge(o, true)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
	if err := judge(observation{ready: 1}, false); err != nil {
		t.Errorf("silence in the middle of a watch: %v", err)
	}
}
