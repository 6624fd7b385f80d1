package onemachine

import (
	"context"
	"os"
	"os/exec"
	"testing"

	"version-manager/internal/kit/golden"
)

// TestRules asks nft whether it understands the rules, where it is installed.
func TestRules(t *testing.T) {
	golden.CompareFile(t, "testdata/rules.nft", []byte(rules()))
	if _, err := exec.LookPath("nft"); err != nil || os.Geteuid() != 0 {
		t.Skip("needs nft and root to ask it")
	}
	if _, err := commandWith(context.Background(), rules(), "nft", "--check", "-f", "-"); err != nil {
		t.Error(err)
	}
}
