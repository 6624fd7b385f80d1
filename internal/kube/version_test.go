package kube

import (
	"net/http"
	"strings"
	"testing"

	"version-manager/internal/kit/problem"
)

func TestVersion(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/version" {
			t.Errorf("asked for %s", r.URL)
		}
		answerJSON(w, http.StatusOK, map[string]any{"major": "1", "minor": "34", "gitVersion": "v1.34.4"})
	})
	if v, err := c.ServerVersion(t.Context()); err != nil || v != "v1.34.4" {
		t.Errorf("version %q, %v", v, err)
	}
}

func TestVersionOfSomethingElse(t *testing.T) {
	c := client(t, func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<html>")) })
	if _, err := c.ServerVersion(t.Context()); err == nil || !strings.Contains(err.Error(), "is not a Kubernetes API server") {
		t.Errorf("error %v", err)
	}
}

func TestCheckVersion(t *testing.T) {
	for v, want := range map[string]string{
		"v1.34.4":      "",
		"v1.29.0":      "",
		"v1.36.9":      "",
		"v1.31.4+k3s1": "",
		"v1.28.15":     "need at least",
		"v1.37.0":      "supports versions up to",
		"v2.0.0":       "supports versions up to",
		"new":          "version",
	} {
		warning, err := CheckVersion(v)
		got := warning
		if err != nil {
			got = err.Error()
		}
		if (want == "") != (got == "") || !strings.Contains(got, want) {
			t.Errorf("CheckVersion(%s) = %q, %v, want %q", v, warning, err, want)
		}
	}
	_, err := CheckVersion("v1.20.0")
	if problem.KindOf(err) != problem.Failed {
		t.Errorf("error %v", err)
	}
	wantProblem(t, err, "v1.20.0", "version-manager cluster up")
}
