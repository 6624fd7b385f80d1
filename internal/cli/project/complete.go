package project

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
)

// CompleteVersions returns a completion that offers the versions of the
// project, newest first. A person who presses Tab wants no error and no wait:
// what cannot be read at once is not offered, and nothing is started, written
// or said.
func CompleteVersions(inv *command.Invocation, f *Flags) cobra.CompletionFunc {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	return func(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
		p, err := Find(inv, *f)
		if err != nil || p.State.Verify(TrustOf(inv)) != nil || len(args) > 0 {
			return nil, directive
		}
		releases, _ := p.Store().ListRecords(p.App.Name)
		var offers []string
		for _, r := range slices.Backward(releases) {
			if strings.HasPrefix(string(r.Version), typed) {
				offers = append(offers, string(r.Version)+"\t"+command.FirstLine(r.Message))
			}
		}
		return offers, directive
	}
}
