package cli

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/licenses/notices"
)

// build says which version-manager this is.
type build struct {
	Version  string `json:"version"`
	Commit   string `json:"commit,omitempty"`
	Modified bool   `json:"modified,omitempty"` // built from a tree with changes
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "print the version of version-manager itself",
		Long:    "Prints the version of version-manager itself and how it was built.",
		Example: "  version-manager version\n  version-manager version -o json",
		GroupID: "other",
		Args:    takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			b := thisBuild()
			return a.io.Answer(a.global.format, b, func() error {
				_, err := fmt.Fprintf(a.io.Out, "version-manager %s, %s, %s\n", strings.TrimRight(b.Version+" "+short(b.Commit), " "), b.Go, b.Platform)
				return err
			})
		},
	}
}

func newLicenses(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "licenses",
		Short:   "print the licenses of the modules in this program",
		Long:    "Prints the licenses and notices of the modules that version-manager is linked from.",
		Example: "  version-manager licenses",
		GroupID: "other",
		Args:    takes(0, 0),
		RunE: func(*cobra.Command, []string) error {
			text, err := notices.Text()
			if err != nil {
				return err
			}
			_, err = a.io.Out.Write(text)
			return err
		},
	}
}

func thisBuild() build {
	b := build{Version: "devel", Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
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
