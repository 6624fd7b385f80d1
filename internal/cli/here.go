package cli

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// self is how the program calls itself in what it says.
const self = "version-manager"

// here makes a command that is to be pasted mean what this call means: the
// same program, which may be on no path, and the same place. A command that
// names a place itself is right as it is, and those about the cluster of this
// machine have no other.
func here(root *cobra.Command, program string) func(hint string) string {
	var names []string
	for _, c := range root.Commands() {
		names = append(names, c.Name())
	}
	calls := regexp.MustCompile(`(^|[\s(])` + self + ` (--|(?:` + strings.Join(names, "|") + `)\b)`)
	return func(hint string) string {
		flags := placeOf(root.PersistentFlags())
		if strings.Contains(hint, "--context") || strings.Contains(hint, "--target") {
			flags = ""
		}
		return calls.ReplaceAllStringFunc(hint, func(call string) string {
			before, command, _ := strings.Cut(call, self+" ")
			if command == "cluster" {
				return before + program + " " + command
			}
			return before + program + flags + " " + command
		})
	}
}

// placeOf are the flags of this call that say where the app is and where it
// runs, to be put in front of a command.
func placeOf(f *pflag.FlagSet) string {
	text := ""
	for _, name := range []string{"config", "state", "target", "kubeconfig", "context", "namespace"} {
		if flag := f.Lookup(name); flag != nil && flag.Changed {
			text += " --" + name + " " + quoted(flag.Value.String())
		}
	}
	return text
}
