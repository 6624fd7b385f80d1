package agent

import (
	"os"
	"testing"

	"version-manager/internal/agent/process"
)

func TestMain(m *testing.M) {
	process.Launch()
	os.Exit(m.Run())
}
