package main

import (
	"bytes"
	"strings"
	"testing"

	"version-manager/test/e2e/lab"
)

// TestBars: the verdict over all faults is that of each.
func TestBars(t *testing.T) {
	whole := outcome{fault: fault{name: "none"}, toll: lab.UserReport{Sent: 10}}
	broken, lossy := whole, whole
	broken.broken, lossy.toll.Failed = "nothing is active", 2
	const agree, none = "what is wanted, what runs and the journal agree after each: ", "0 failed requests where a correct design allows it: "
	for _, tt := range []struct {
		all    []outcome
		says   []string
		missed bool
	}{
		{[]outcome{whole, whole}, []string{"met     " + none + "0", "met     " + agree + "2 of 2 faults"}, false},
		{[]outcome{whole, broken}, []string{"MISSED  none ends whole: nothing is active", "MISSED  " + agree + "1 of 2 faults"}, true},
		{[]outcome{whole, lossy}, []string{"MISSED  " + none + "2", "met     " + agree + "2 of 2 faults"}, true},
		{nil, []string{"MISSED  " + agree + "0 of 0 faults"}, true},
	} {
		var out bytes.Buffer
		if err := printTable(&out, tt.all); (err != nil) != tt.missed {
			t.Errorf("print = %v, want an error: %t", err, tt.missed)
		}
		for _, line := range tt.says {
			if !strings.Contains(out.String(), "\n"+line+"\n") {
				t.Errorf("it does not say %q:\n%s", line, &out)
			}
		}
	}
}
