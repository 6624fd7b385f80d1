package process

import (
	"os"
	"testing"
)

func TestMain(m *testing.M) {
	Launch()
	os.Exit(m.Run())
}
