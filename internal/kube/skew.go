package kube

import (
	"fmt"

	"k8s.io/apimachinery/pkg/util/version"

	"version-manager/internal/kit/problem"
)

const (
	// oldest has native sidecars, which keep serving while their pod ends.
	oldest = "v1.29.0"
	// newest is the last one whose API this client was made for.
	newest = "v1.36"
)

// CheckVersion tells whether version-manager works with an API server of the
// given version. The warning, if any, is of a server that may be too new.
func CheckVersion(server string) (warning string, err error) {
	v, err := version.ParseGeneric(server)
	if err != nil {
		return "", fmt.Errorf("version %q of the API server: %w", server, err)
	}
	if !v.AtLeast(version.MustParseGeneric(oldest)) {
		return "", problem.New(problem.Failed, "version-manager cluster up",
			"the API server is %s, but native sidecars need at least %s: upgrade the cluster, or create a local one", server, oldest)
	}
	if last := version.MustParseGeneric(newest); v.Major() > last.Major() || v.Minor() > last.Minor() {
		return fmt.Sprintf("the API server is %s; version-manager supports versions up to %s", server, newest), nil
	}
	return "", nil
}
