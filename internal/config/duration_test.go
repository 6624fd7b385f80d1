package config

import (
	"encoding/json"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

func TestDurationRoundTrip(t *testing.T) {
	for d, want := range map[time.Duration]string{
		90 * time.Second:        "1m30s",
		time.Minute:             "1m",
		time.Hour:               "1h",
		time.Hour + time.Second: "1h0m1s",
		30 * time.Second:        "30s",
		250 * time.Millisecond:  "250ms",
		0:                       "0s",
	} {
		in := struct{ D Duration }{Duration{d}}
		js, err := json.Marshal(in)
		if err != nil || string(js) != `{"D":"`+want+`"}` {
			t.Errorf("%v in JSON: %s, %v, want %s", d, js, err, want)
		}
		out := in
		out.D.Duration = -1
		if err := json.Unmarshal(js, &out); err != nil || out != in {
			t.Errorf("%s from JSON: %v, %v", js, out, err)
		}
		y, err := yaml.Marshal(in)
		out.D.Duration = -1
		if err != nil || yaml.Unmarshal(y, &out) != nil || out != in {
			t.Errorf("%v through YAML %q: %v, %v", d, y, out, err)
		}
	}
}
