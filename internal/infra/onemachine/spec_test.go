package onemachine

import (
	"os"
	"testing"

	"version-manager/internal/kit/problem"
)

func TestSpec(t *testing.T) {
	path := t.TempDir() + "/cluster.json"
	if _, err := readSpec(path); problem.KindOf(err) != problem.NotFound {
		t.Errorf("no cluster: %v", err)
	}
	if err := exampleSpec().write(path); err != nil {
		t.Fatal(err)
	}
	if got, err := readSpec(path); err != nil || got != exampleSpec() {
		t.Errorf("%+v, %v", got, err)
	}
	for _, damaged := range []string{"", "{", `{"nodes":0}`, `{"nodes":1000}`} {
		if err := os.WriteFile(path, []byte(damaged), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := readSpec(path); err == nil || problem.KindOf(err) == problem.NotFound {
			t.Errorf("%q: %v", damaged, err)
		}
	}
}
