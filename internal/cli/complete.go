package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"
)

// completeVersions offers the versions that there are, newest first. Whoever
// presses Tab wants no error and no wait: what cannot be read at once is not
// offered, and nothing is started or written for it.
func (a *app) completeVersions(_ *cobra.Command, args []string, typed string) ([]string, cobra.ShellCompDirective) {
	const directive = cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveKeepOrder
	p, err := a.unverified() // place would say what nobody asked for
	if err != nil || p.verify(a.trust()) != nil || len(args) > 0 {
		return nil, directive
	}
	releases, _ := p.store().List(p.app.Name)
	var offers []string
	for _, r := range slices.Backward(releases) {
		if strings.HasPrefix(string(r.Version), typed) {
			offers = append(offers, string(r.Version)+"\t"+firstLine(r.Message))
		}
	}
	return offers, directive
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}
