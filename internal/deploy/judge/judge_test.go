package judge

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"version-manager/internal/kit/golden"
	"version-manager/internal/probe"
)

const ms = time.Millisecond

// healthy is a new color with which nothing is wrong.
func healthy() Observation {
	return Observation{
		Probe:  probe.Stats{Sent: 100, Timely: 100, P10: 9 * ms, P50: 12 * ms},
		Before: Baseline{Answers: 100, P10: 8 * ms, P50: 10 * ms, Errors: 0.001},
		Ready:  2, Answers: 1000,
	}
}

// limitCases has, for each limit, a case below it, on it, and above it.
var limitCases = []struct {
	limit  string // of Limits
	name   string
	change func(*Observation)
	says   string // empty: nothing is wrong
}{
	{"failed requests", "none fails", func(o *Observation) { o.Probe.Failed = 0 }, ""},
	{"failed requests", "one fails", fail(1, 0), "1 of 100 requests failed: 1 refused"},
	{"failed requests", "below what is allowed", fail(2, 3), ""},
	{"failed requests", "as many as allowed", fail(3, 3), ""},
	{"failed requests", "one more than allowed", fail(4, 3), "4 of 100 requests failed"},
	{"crashes", "no restart", func(o *Observation) { o.Restarts = 0 }, ""},
	{"crashes", "fewer restarts than before", func(o *Observation) { o.Restarts = -1 }, ""}, // an instance that had restarted is gone
	{"crashes", "one restart", func(o *Observation) { o.Restarts, o.Reason = 1, " (blue-1: exit status 2)" }, "an instance crashed (blue-1: exit status 2)"},
	{"changes", "by nobody", func(o *Observation) { o.Edited = "" }, ""},
	{"changes", "by somebody", func(o *Observation) { o.Edited = "changed by ada" }, "no longer run the version: changed by ada"},
	{"ready instances", "two", func(o *Observation) { o.Ready = 2 }, ""},
	{"ready instances", "one", func(o *Observation) { o.Ready = 1 }, ""},
	{"ready instances", "none", func(o *Observation) { o.Ready, o.Reason = 0, " (blue-1: 503)" }, "no instance is ready (blue-1: 503)"},
	{"errors", "49 of 1000", func(o *Observation) { o.ErrorCount = 49 }, ""},
	{"errors", "50 of 1000", func(o *Observation) { o.ErrorCount = 50 }, ""},
	{"errors", "51 of 1000", func(o *Observation) { o.ErrorCount = 51 }, "the app answered 51 of 1000 user requests with an error"},
	{"errors", "59 of 1000, after 3 %", errorsAfter(59, 0.03), ""},
	{"errors", "60 of 1000, after 3 %", errorsAfter(60, 0.03), ""},
	{"errors", "61 of 1000, after 3 %", errorsAfter(61, 0.03), "61 of 1000"},
	{"errors", "50 of 1000, after 2.5 %", errorsAfter(50, 0.025), ""},
	{"errors", "51 of 1000, after 2.5 %", errorsAfter(51, 0.025), "51 of 1000"},
	{"few errors", "9 of 10", func(o *Observation) { o.ErrorCount, o.Answers = 9, 10 }, ""},
	{"few errors", "10 of 10", func(o *Observation) { o.ErrorCount, o.Answers = 10, 10 }, "10 of 10"},
	{"few errors", "11 of 11", func(o *Observation) { o.ErrorCount, o.Answers = 11, 11 }, "11 of 11"},
	{"few errors", "10 of no answers", func(o *Observation) { o.ErrorCount, o.Answers = 10, 0 }, ""},
	{"latency", "just below", func(o *Observation) { o.Probe.P10 = 29*ms - 1 }, ""},
	{"latency", "on the limit", func(o *Observation) { o.Probe.P10 = 29 * ms }, ""}, // 3 x 8 ms + 5 ms
	{"latency", "just above", func(o *Observation) { o.Probe.P10 = 29*ms + 1 }, "p10 latency is 29ms (was 8ms)"},
	{"latency", "a busy machine", func(o *Observation) { o.Probe.P50 = 100 * ms }, ""},
	{"few answers", "19 before", slow(func(o *Observation) { o.Before.Answers = 19 }), ""},
	{"few answers", "20 before", slow(func(o *Observation) { o.Before.Answers = 20 }), "p10 latency"},
	{"few answers", "21 before", slow(func(o *Observation) { o.Before.Answers = 21 }), "p10 latency"},
	{"few answers", "19 after", slow(func(o *Observation) { o.Probe.Timely = 19 }), ""},
	{"few answers", "20 after", slow(func(o *Observation) { o.Probe.Timely = 20 }), "p10 latency"},
	{"few answers", "21 after", slow(func(o *Observation) { o.Probe.Timely = 21 }), "p10 latency"},
	{"silence", "one answer", answered(1, 1, 0, false), ""},
	{"silence", "no request", answered(0, 0, 0, false), "proves nothing"},
	{"silence", "only failures, allowed", answered(2, 0, 2, false), "proves nothing"},
	{"silence", "one answer, others failed", answered(3, 1, 2, false), ""},
	{"silence", "no request yet", answered(0, 0, 0, true), ""},
}

func fail(n, allowed int) func(*Observation) {
	return func(o *Observation) {
		o.Probe.Failed, o.MaxFailed, o.Probe.Causes = n, allowed, map[probe.Outcome]int{probe.Refused: n}
	}
}

func errorsAfter(n uint64, before float64) func(*Observation) {
	return func(o *Observation) { o.ErrorCount, o.Before.Errors = n, before }
}

func slow(also func(*Observation)) func(*Observation) {
	return func(o *Observation) { o.Probe.P10 = 80 * ms; also(o) }
}

func answered(sent, timely, failed int, early bool) func(*Observation) {
	return func(o *Observation) {
		o.Probe = probe.Stats{Sent: sent, Timely: timely, Failed: failed}
		o.MaxFailed, o.AllowSilent = failed, early
	}
}

func TestLimits(t *testing.T) {
	if err := FindFault(healthy()); err != nil {
		t.Fatalf("a healthy color: %v", err)
	}
	for _, tt := range limitCases {
		t.Run(tt.limit+"/"+tt.name, func(t *testing.T) {
			o := healthy()
			tt.change(&o)
			err := FindFault(o)
			if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %v, want %q", err, tt.says)
			}
		})
	}
}

// TestEachLimitHasBothSides: no limit is without a case that passes and one
// that fails, and no case belongs to a limit that the table does not have.
func TestEachLimitHasBothSides(t *testing.T) {
	passes, fails := map[string]bool{}, map[string]bool{}
	for _, tt := range limitCases {
		if !slices.ContainsFunc(Limits(), func(l Limit) bool { return l.Name == tt.limit }) {
			t.Errorf("case %q is about %q, which is no limit", tt.name, tt.limit)
		}
		if tt.says == "" {
			passes[tt.limit] = true
		} else {
			fails[tt.limit] = true
		}
	}
	for _, l := range Limits() {
		if !passes[l.Name] || !fails[l.Name] {
			t.Errorf("%s: a case that passes: %t, one that fails: %t", l.Name, passes[l.Name], fails[l.Name])
		}
	}
}

// TestTooFewInstancesAreNoFault: the engine starts them again and decides
// itself how long it waits.
func TestTooFewInstancesAreNoFault(t *testing.T) {
	o := healthy()
	o.TooSmall = errors.New("1 of 2")
	if err := FindFault(o); err != nil {
		t.Error(err)
	}
}

func TestDescribeCauses(t *testing.T) {
	if got := DescribeCauses(map[probe.Outcome]int{probe.Refused: 1, probe.Timeout: 3, probe.Reset: 1}); got != "3 timeout, 1 refused, 1 reset" {
		t.Error(got)
	}
}

func TestObservationString(t *testing.T) {
	o := Observation{Probe: probe.Stats{Sent: 612, Failed: 1, P50: 1740 * time.Microsecond}}
	if got := o.String(); got != "612 requests, 1 failed, p50 1.7ms" {
		t.Error(got)
	}
}

// TestLimitsAreDocumented keeps the list in the documentation, where a
// reviewer sees a change of it.
func TestLimitsAreDocumented(t *testing.T) {
	var b strings.Builder
	b.WriteString("# When a deploy is rolled back\n\nAfter the switch a new version is watched (`internal/deploy/judge`). The deploy is rolled back at the first limit\nthat it exceeds. A test writes this list from the limits that the engine checks.\n\n| limit | rule |\n|---|---|\n")
	for _, l := range Limits() {
		fmt.Fprintf(&b, "| %s | %s |\n", l.Name, l.Text)
	}
	golden.CompareFile(t, "../../../docs/limits.md", []byte(b.String()))
}
