package command

import (
	"slices"

	"github.com/spf13/pflag"
)

// FlagGroup is a heading of the help below which flags are listed that several
// commands share.
type FlagGroup string

// The headings of shared flags.
const (
	ProjectGroup FlagGroup = "Project flags"
	TargetGroup  FlagGroup = "Target flags"
	GlobalGroup  FlagGroup = "Global flags"
)

// flagGroupAnnotation is the key under which a flag notes its group.
const flagGroupAnnotation = "version-manager/group"

// GroupFlags puts the named flags of f into a group.
func GroupFlags(f *pflag.FlagSet, group FlagGroup, names ...string) {
	for _, name := range names {
		_ = f.SetAnnotation(name, flagGroupAnnotation, []string{string(group)}) // fails only for a flag that does not exist
	}
}

// FlagsOfGroup returns the flags of f that are in a group; an empty group has
// those that are in none.
func FlagsOfGroup(f *pflag.FlagSet, group FlagGroup) *pflag.FlagSet {
	list := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.VisitAll(func(flag *pflag.Flag) {
		if groups := flag.Annotations[flagGroupAnnotation]; slices.Contains(groups, string(group)) || group == "" && groups == nil {
			list.AddFlag(flag)
		}
	})
	return list
}
