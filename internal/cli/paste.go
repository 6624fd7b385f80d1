package cli

import (
	"regexp"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/kit/shell"
)

// newPasteAdapter returns a function that makes the commands in a text mean
// what this invocation means when they are pasted: the same program, which may
// not be in the PATH, and the same project and target. It adds only flags that
// the command has and that the text does not name.
func newPasteAdapter(root *cobra.Command, program string, flags *targets.Flags) func(text string) string {
	calls := regexp.MustCompile(`(^|[\s(])` + command.ProgramName + ` (-[\w-]|(?:` + strings.Join(callPatterns(root), "|") + `)\b)`)
	return func(text string) string {
		return calls.ReplaceAllStringFunc(text, func(call string) string {
			before, name, _ := strings.Cut(call, command.ProgramName+" ")
			return before + program + placeFlags(root, flags, name, text) + " " + name
		})
	}
}

// callPatterns are regular expressions for the names of commands that follow
// the name of the program in a text. "agent" is a word of sentences, too.
func callPatterns(root *cobra.Command) (patterns []string) {
	for _, c := range root.Commands() {
		switch {
		case c.Hidden:
		case c.Name() == "agent":
			patterns = append(patterns, "agent (?:install|remove|status|--)")
		default:
			patterns = append(patterns, c.Name())
		}
	}
	return patterns
}

// placeFlags returns the flags of this invocation that say where the app is and
// where it runs, as far as the named command has them.
func placeFlags(root *cobra.Command, f *targets.Flags, name, text string) string {
	target, _, err := root.Find(strings.Fields(name))
	isFlag := strings.HasPrefix(name, "-")
	words := ""
	add := func(flag, value string, alsoNamed ...string) {
		has := isFlag || err == nil && (target.Flags().Lookup(flag) != nil || target.InheritedFlags().Lookup(flag) != nil)
		for _, other := range append(alsoNamed, "--"+flag) {
			has = has && !strings.Contains(text, " "+other)
		}
		if has && value != "" {
			words += " --" + flag + " " + shell.QuoteIfNeeded(value)
		}
	}
	if f.Project.Dir != "." {
		add("project", f.Project.Dir, "-C", "--config")
	}
	add("state", f.Project.State)
	add("target", f.Target, "--context") // a context is of a cluster
	add("kubeconfig", f.Cluster.Kubeconfig)
	add("context", f.Cluster.Context)
	add("namespace", f.Cluster.Namespace)
	return words
}
