package config

import "testing"

// A key is proposed for up to two typing errors, and never for a word of which
// nothing is left.
func TestDidYouMean(t *testing.T) {
	known := []string{"replicas", "cpu"}
	for unknown, want := range map[string]string{
		"replicas_": `; did you mean "replicas"?`, "replcsa": "; known are replicas, cpu", "replics_": `; did you mean "replicas"?`,
		"cpux": `; did you mean "cpu"?`, "cxx": `; did you mean "cpu"?`, "xyz": "; known are replicas, cpu", "CPU": `; did you mean "cpu"?`,
	} {
		if got := didYouMean(unknown, known); got != want {
			t.Errorf("%s: %q, want %q", unknown, got, want)
		}
	}
}
