package main

import (
	"path"
	"slices"
)

// A scope is code of which every condition, comparison, and sum must matter to
// a test, and the packages whose tests may notice.
type scope struct {
	name  string
	dir   string   // below the module's root
	files []string // patterns; empty: all files
	tests []string // folders of the packages whose tests run; empty: dir
}

// listScopes returns the parts of the product that decide whether a request is lost.
func listScopes() []scope {
	return []scope{
		{name: "judge", dir: "internal/deploy/judge"},
		{name: "watch", dir: "internal/deploy", files: []string{"watch.go", "traffic.go"}},
		{name: "plan", dir: "internal/deploy", files: []string{"plan.go", "standby.go"}},
		{name: "gate", dir: "internal/deploy", files: []string{"gate.go"}},
		{name: "health checks", dir: "internal/deploy/healthcheck", tests: []string{"internal/deploy/healthcheck", "internal/deploy"}},
		{name: "route", dir: "internal/deploy", files: []string{"route.go", "routeguard.go", "entrances.go"}},
		{name: "lock", dir: "internal/deploy", files: []string{"lock.go"}},
		{name: "fencing", dir: "internal/target/kubernetes/fenced", tests: []string{"internal/target/kubernetes/fenced", "internal/target/kubernetes"}},
		{name: "route in a cluster", dir: "internal/target/kubernetes/routes", tests: []string{"internal/target/kubernetes/routes", "internal/target/kubernetes"}},
		{name: "journal", dir: "internal/journal"},
		{name: "journal in a cluster", dir: "internal/target/kubernetes/history", tests: []string{"internal/target/kubernetes/history", "internal/target/kubernetes"}},
		{name: "framing", dir: "internal/proxy/message"},
		{name: "request head", dir: "internal/proxy", files: []string{"frames.go", "request.go"}},
		{name: "admission", dir: "internal/proxy/admission"},
		{name: "config limits", dir: "internal/config"},
	}
}

// covers reports whether the scope has mutants in the file of that name.
func (s scope) covers(name string) bool {
	if len(s.files) == 0 {
		return true
	}
	return slices.ContainsFunc(s.files, func(pattern string) bool {
		matched, err := path.Match(pattern, name)
		return err == nil && matched
	})
}

func (s scope) testDirs() []string {
	if len(s.tests) == 0 {
		return []string{s.dir}
	}
	return s.tests
}
