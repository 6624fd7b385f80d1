package local

import (
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"testing"

	"version-manager/internal/deploy"
)

// familyOf lists the servers that an entry script started, and the scripts.
func familyOf(t *testing.T, p *place) (servers, scripts []int) {
	t.Helper()
	for _, line := range processesIn(t, filepath.Join(p.state, "rootfs")) {
		fields := strings.Fields(line)
		pid, err := strconv.Atoi(fields[0])
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(fields[2], "/app") {
			servers = append(servers, pid)
		} else {
			scripts = append(scripts, pid)
		}
	}
	return servers, scripts
}

// An entry script that does not exec leaves its server behind when it is
// killed. There is never more than one server, and none in the end: also one
// in a session of its own, and also when the agent was killed meanwhile.
func TestWhatAScriptStartsEndsWithIt(t *testing.T) {
	start := map[string]string{"child": `"$(dirname "$0")"/app & wait`}
	if runtime.GOOS == "linux" {
		start["session"] = `setsid "$(dirname "$0")"/app & wait`
	}
	for name, line := range start {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := newPlace(t)
			p.image = p.storeFiles(map[string][]byte{"run.sh": []byte("#!/bin/sh\n" + line + "\n"), "app": nil}, "/run.sh")
			target := p.newTarget("shop")
			s := p.deployFirst(t.Context(), target, 1)
			for n := range 3 {
				before, scripts := familyOf(t, p)
				if len(before) != 1 || len(scripts) != 1 {
					t.Fatalf("servers %v, scripts %v", before, scripts)
				}
				if n == 1 {
					killProcess(t, pingAgent(t, target).Agent)
				}
				killProcess(t, scripts[0])
				p.waitUntil("another server", func() bool {
					after, _ := familyOf(t, p)
					return len(after) == 1 && !slices.Equal(after, before)
				})
				p.waitReady(target, 1)
			}
			if err := s.ApplySpec(t.Context(), "green", deploy.Spec{Release: p.makeRelease("shop", "v1.1.0", nil), Replicas: 1}); err != nil {
				t.Fatal(err)
			}
			p.waitUntil("green", func() bool { return observeTarget(t, target).Colors["green"].Ready() == 1 })
			if err := s.RetireColor(t.Context(), "green"); err != nil {
				t.Fatal(err)
			}
			if servers, scripts := familyOf(t, p); len(servers) != 1 || len(scripts) != 1 {
				t.Errorf("after green was retired: servers %v, scripts %v", servers, scripts)
			}
			if err := s.RemoveApp(t.Context()); err != nil {
				t.Fatal(err)
			}
			if servers, scripts := familyOf(t, p); len(servers)+len(scripts) > 0 {
				t.Errorf("after the end: servers %v, scripts %v", servers, scripts)
			}
		})
	}
}
