package local

import (
	"testing"

	"version-manager/internal/target/targettest"
)

func TestConformance(t *testing.T) {
	targettest.Run(t, func(t *testing.T) targettest.Harness { return newPlace(t).newHarness() })
}
