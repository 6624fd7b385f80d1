//go:build e2e

package kubernetes

import (
	"testing"

	"version-manager/internal/target/targettest"
)

// TestConformance runs the suite that every target passes, against the
// cluster that KUBECONFIG names. Each test has a namespace of its own.
func TestConformance(t *testing.T) {
	targettest.Run(t, newCluster(t).harness)
}
