// Package aboutcmd has the commands about version-manager itself: version,
// licenses and completion.
package aboutcmd

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/licenses/notices"
)

// NewCommands returns the commands of this package.
func NewCommands(inv *command.Invocation) []*cobra.Command {
	return []*cobra.Command{newCompletionCommand(inv), newVersionCommand(inv), newLicensesCommand(inv)}
}

func newVersionCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "print the version of version-manager itself",
		Long:    "Prints the version of version-manager itself and how it was built.",
		Example: "  version-manager version\n  version-manager version -o json",
		GroupID: "other",
		Args:    command.RequireArgs(0, 0),
		RunE: func(*cobra.Command, []string) error {
			b := readBuild()
			return inv.PrintAnswer(b, func() error {
				_, err := fmt.Fprintf(inv.Streams.Out, "version-manager %s, %s, %s\n", strings.TrimRight(b.Version+" "+command.ShortHash(b.Commit), " "), b.Go, b.Platform)
				return err
			})
		},
	}
}

func newLicensesCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:     "licenses",
		Short:   "print the licenses of the modules in this program",
		Long:    "Prints the licenses and notices of the modules that version-manager is linked from.",
		Example: "  version-manager licenses",
		GroupID: "other",
		Args:    command.RequireArgs(0, 0),
		RunE: func(*cobra.Command, []string) error {
			text, err := notices.Text()
			if err != nil {
				return err
			}
			_, err = inv.Streams.Out.Write(text)
			return err
		},
	}
}

func readBuild() answer.Build {
	b := answer.Build{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		b.Version = v
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Commit = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}
