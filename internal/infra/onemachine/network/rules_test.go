package network

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"version-manager/internal/infra/onemachine/hosttool"
	"version-manager/internal/kit/golden"
)

func TestFilterRules(t *testing.T) {
	golden.CompareFile(t, filepath.Join("testdata", "rules.nft"), []byte(filterRules()))
}

func TestNftAcceptsRules(t *testing.T) {
	if _, err := exec.LookPath("nft"); err != nil || os.Geteuid() != 0 {
		t.Skip("needs nft and root")
	}
	if _, err := hosttool.RunWithInput(context.Background(), filterRules(), "nft", "--check", "-f", "-"); err != nil {
		t.Error(err)
	}
}
