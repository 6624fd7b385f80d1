package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

// fakeProgram notes its arguments and, as "state -q" does, prints a folder.
const fakeProgram = `#!/bin/sh
echo "$*" >> "$NOTES"
echo "$STATE"
`

// The blocks that this program runs are valid shell and call what they should;
// what the calls do shows only in a cluster.
func TestGuidesAreValid(t *testing.T) {
	t.Chdir("../..")
	dir := t.TempDir()
	notes, program := filepath.Join(dir, "notes"), filepath.Join(dir, "program")
	if err := os.WriteFile(program, []byte(fakeProgram), 0o755); err != nil {
		t.Fatal(err)
	}
	s := &story{Lab: &lab.Lab{Rig: &rig.Rig{Dir: dir, CLI: program, Env: []string{"NOTES=" + notes, "STATE=" + dir}}}}
	for _, tt := range []struct{ page, block, want string }{
		{"howto-local-cluster", "up", "cluster up"},
		{"howto-local-cluster", "use", "cluster status; status"},
		{"howto-local-cluster", "own", "state -q"},
		{"howto-local-cluster", "restart", "cluster stop; cluster up"},
		{"howto-local-cluster", "down", "cluster down --yes"},
		{"howto-kubernetes", "install", "install-ingress"},
		{"howto-kubernetes", "deploy", "create v2.0.0 -m Run on Kubernetes; plan v2.0.0; zero-downtime v2.0.0; status"},
		{"howto-kubernetes", "inspect", "render v2.0.0; diff v2.0.0"},
		{"howto-kubernetes", "remove", "cleanup --yes"},
	} {
		if err := s.runGuide(t.Context(), ".", tt.page, tt.block); err != nil {
			t.Errorf("%s of %s: %v", tt.block, tt.page, err)
			continue
		}
		called, err := os.ReadFile(notes)
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.ReplaceAll(strings.TrimSpace(string(called)), "\n", "; "); got != tt.want {
			t.Errorf("%s of %s calls %q, want %q", tt.block, tt.page, got, tt.want)
		}
		if err := os.Remove(notes); err != nil {
			t.Fatal(err)
		}
	}
}
