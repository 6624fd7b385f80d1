package supervisor

import (
	"os"
	"testing"

	"version-manager/internal/kit/process"
)

func TestMain(m *testing.M) {
	process.Launch()
	os.Exit(m.Run())
}
