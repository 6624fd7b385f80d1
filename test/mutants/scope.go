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

// scopes are the parts of the product that decide whether a request is lost.
func scopes() []scope {
	return []scope{
		{name: "judge", dir: "internal/deploy/judge"},
		{name: "watch", dir: "internal/deploy", files: []string{"watch.go", "traffic.go"}},
		{name: "plan", dir: "internal/deploy", files: []string{"plan.go", "standby.go"}},
		{name: "gate", dir: "internal/deploy", files: []string{"gate.go"}},
		{name: "health checks", dir: "internal/deploy/healthcheck"},
		{name: "route", dir: "internal/deploy", files: []string{"route.go", "routeguard.go", "entrances.go"}},
		{name: "lock", dir: "internal/deploy", files: []string{"lock.go"}},
		{name: "fencing", dir: "internal/target/kubernetes/fenced"},
		{name: "journal", dir: "internal/journal"},
		{name: "route in a cluster", dir: "internal/target/kubernetes/routes"},
		{name: "journal in a cluster", dir: "internal/target/kubernetes/history"},
		{name: "framing", dir: "internal/proxy", files: []string{"chunk.go", "head.go", "frames.go", "validate.go", "request.go", "fields.go"}},
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
