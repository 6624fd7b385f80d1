package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func listGroups() []*cobra.Group {
	return []*cobra.Group{
		{ID: "releases", Title: "Versions"},
		{ID: "deploys", Title: "Deploys"},
		{ID: "running", Title: "Operate"},
		{ID: "clusters", Title: "Clusters"},
		{ID: "other", Title: "Other"},
	}
}

// renameOldFlags accepts the names that flags had in earlier versions.
func renameOldFlags(_ *pflag.FlagSet, name string) pflag.NormalizedName {
	if name == "config" {
		name = "project"
	}
	return pflag.NormalizedName(name)
}
