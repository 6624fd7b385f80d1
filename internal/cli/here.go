package cli

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/kube"
)

// self is how the program calls itself in what it says.
const self = "version-manager"

// here makes a command that is to be pasted mean what this call means: the
// same program, which may be on no path, and the same place. The commands about
// the cluster of this machine have no other place.
func here(root *cobra.Command, program string, g *globals) func(text string) string {
	var names []string
	for _, c := range root.Commands() {
		switch {
		case c.Hidden:
		case c.Name() == "agent": // which is a word of sentences, too
			names = append(names, "agent (?:install|remove|status)")
		default:
			names = append(names, c.Name())
		}
	}
	calls := regexp.MustCompile(`(^|[\s(])` + self + ` (-[\w-]|(?:` + strings.Join(names, "|") + `)\b)`)
	return func(text string) string {
		flags := g.placeBeside(text)
		return calls.ReplaceAllStringFunc(text, func(call string) string {
			before, command, _ := strings.Cut(call, self+" ")
			if command == "cluster" {
				return before + program + " " + command
			}
			return before + program + flags + " " + command
		})
	}
}

// placeBeside are the flags of this call that say where the app is and where it
// runs, without those that the text names itself.
func (g *globals) placeBeside(text string) string {
	names := func(flag string) bool { return strings.Contains(text, " "+flag) }
	flags := ""
	add := func(flag, value string, named bool) {
		if value != "" && !named {
			flags += " " + flag + " " + kube.Quoted(value)
		}
	}
	if g.dir != "." {
		add("--config", g.dir, names("--config") || names("-C"))
	}
	add("--state", g.state, names("--state"))
	add("--target", g.target, names("--target") || names("--context")) // a context is of a cluster
	add("--kubeconfig", g.cluster.kubeconfig, names("--kubeconfig"))
	add("--context", g.cluster.context, names("--context"))
	add("--namespace", g.cluster.namespace, names("--namespace"))
	return flags
}
