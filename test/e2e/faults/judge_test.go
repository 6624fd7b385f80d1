package main

import (
	"strings"
	"testing"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
)

func TestJudge(t *testing.T) {
	whole := deploy.Side{Version: "v1.0.0", Want: 1, Instances: []deploy.Instance{{Ready: true}}}
	short := whole
	short.Want = 2
	for want, now := range map[string]deploy.Observed{
		"":                             {Active: color.Blue, Colors: map[color.Color]deploy.Side{color.Blue: whole}},
		"nothing is active":            {},
		"the active color is not":      {Active: color.Blue, Colors: map[color.Color]deploy.Side{color.Blue: short}},
		"the lock is still held by me": {Active: color.Blue, Colors: map[color.Color]deploy.Side{color.Blue: whole}, Lock: &deploy.Holder{Name: "me"}},
	} {
		if _, broken := judgeState(now); want == "" != (broken == "") || !strings.HasPrefix(broken, want) {
			t.Errorf("judge = %q, want %q", broken, want)
		}
	}
}

// TestFaultsAreExplained: what a fault may cost has a reason, and the bar
// knows which exit codes are right.
func TestFaultsAreExplained(t *testing.T) {
	for _, f := range allFaults() {
		if (f.allowed > 0) != (f.why != "") || f.did == "" || len(f.codes) == 0 || f.show == nil {
			t.Errorf("%+v is not complete", f)
		}
		if f.allowsCode(2) {
			t.Errorf("%s takes a call that was wrong for right", f.name)
		}
	}
}
