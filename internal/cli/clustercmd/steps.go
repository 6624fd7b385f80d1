package clustercmd

import (
	"version-manager/internal/cli/command"
	"version-manager/internal/infra/onemachine"
	"version-manager/internal/progress"
)

// withSteps shows the steps of do.
func withSteps(inv *command.Invocation, verb string, names []string, do func(onemachine.Options) error) error {
	operation := progress.Operation{Name: verb, App: "the cluster", Steps: names}
	return inv.WithReporter(operation, func(r *progress.Reporter) error {
		return do(onemachine.Options{Progress: r})
	})
}
