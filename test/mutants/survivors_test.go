package main

import (
	"io"
	"strings"
	"testing"
)

func TestParseSurvivors(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       int
		wantErr    string
	}{
		{"nothing", "", 0, ""},
		{"comments and empty lines", "# a\n\n  # b\n", 0, ""},
		{"one", "a.go f negation x -- it is equivalent", 1, ""},
		{"no reason", "a.go f negation x", 0, "no reason"},
		{"an empty reason", "a.go f negation x -- ", 0, "no reason"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, err := parseSurvivors(tt.text)
			if tt.wantErr == "" && err != nil || tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
				t.Fatalf("error %v, want %q", err, tt.wantErr)
			}
			if len(got) != tt.want {
				t.Errorf("%d survivors, want %d", len(got), tt.want)
			}
		})
	}
}

// ran is a scope of n mutants, the first of which have the given fates; the
// rest was killed.
func ran(n int, fates ...fate) []result {
	r := result{scope: scope{name: "a", dir: "a"}}
	for i := range n {
		r.mutants = append(r.mutants, mutant{file: "a/a.go", function: "f", operator: negation, code: strings.Repeat("x", i+1)})
		r.fates = append(r.fates, killed)
	}
	copy(r.fates, fates)
	return []result{r}
}

func TestJudge(t *testing.T) {
	first, second := "a/a.go f negation x", "a/a.go f negation xx"
	for _, tt := range []struct {
		name    string
		rows    []result
		known   map[string]string
		wantErr string
	}{
		{"all killed", ran(10), nil, ""},
		{"exactly 90 percent, explained", ran(10, survived), map[string]string{first: "why"}, ""},
		{"exactly 90 percent, not explained", ran(10, survived), nil, "without a reason: " + first},
		{"less than 90 percent, explained", ran(9, survived), map[string]string{first: "why"}, "only 88.9 %"},
		{"code that no test runs counts as survived", ran(19, notRun, survived), map[string]string{first: "why", second: "why"}, "only 89.5 %"},
		{"a test that does not end counts as killed", ran(10, timedOut), nil, ""},
		{"explained, but killed", ran(10), map[string]string{first: "why"}, "does not survive: " + first},
		{"another scope's explanation", ran(10), map[string]string{"b/b.go f negation x": "why"}, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := judgeResults(io.Discard, tt.rows, tt.known)
			if tt.wantErr == "" && err != nil || tt.wantErr != "" && (err == nil || !strings.Contains(err.Error(), tt.wantErr)) {
				t.Errorf("error %v, want %q", err, tt.wantErr)
			}
		})
	}
}
