package deploy

import (
	"encoding/json"
	"testing"
	"time"
)

// TestProgressStatusKeepsTheJSON: events show a color by the same fields as
// the status command.
func TestProgressStatusKeepsTheJSON(t *testing.T) {
	full := Side{
		Version: "v1.0.0", Image: "sha256:1", Want: 1, InFlight: 2, Tunnels: 3, Requests: 4, Errors: 5, Edited: "ada",
		Instances: []Instance{{ID: "blue-1", Ready: true, Started: time.Unix(1, 0).UTC(), Restarts: 6, Reason: "slow", Address: "10.0.0.1", Node: "n1"}},
	}
	for name, side := range map[string]Side{"full": full, "empty": {}, "no instances": {Instances: []Instance{}}} {
		want, err := json.Marshal(side)
		if err != nil {
			t.Fatal(err)
		}
		got, err := json.Marshal(progressStatus(side))
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != string(want) {
			t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
		}
	}
}
