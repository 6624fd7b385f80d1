package project

import (
	"path/filepath"
	"strings"

	"version-manager/internal/cli/command"
	"version-manager/internal/kit/shell"
	"version-manager/internal/statedir"
)

// AdviseState prints what a person should know about where the state is.
func (p Project) AdviseState(inv *command.Invocation) {
	f := p.State
	switch {
	case f.Ignored != "":
		inv.PrintNote("%s is tracked by git and is ignored: a repository must not contain state", f.Ignored)
	case f.Source == WorkTree && f.Base != "" && f.Exists():
		inv.PrintNote("the state is in the work tree, where git clean -fdx deletes it; to move it away:\n  version-manager state move")
	case f.Source == WorkTree && f.noBase != nil:
		inv.PrintNote("the state is kept in the work tree, where git clean -fdx deletes it: %v", f.noBase)
	case f.Source == Default && !f.Exists():
		if lost := p.ListLostStates(); len(lost) == 1 {
			inv.PrintNote("if the app was in %s before, this brings its versions and history here:\n  version-manager state adopt %s",
				lost[0].Binding.Project, shell.QuoteIfNeeded(lost[0].Dir))
		}
	}
}

// ListLostStates returns the state folders that may belong to this project: of
// an app with the same name whose folder is gone, and of this folder on another
// machine.
func (p Project) ListLostStates() (list []statedir.Kept) {
	for _, k := range statedir.ListAll(p.State.Base) {
		app := filepath.Base(k.Dir)
		if i := strings.LastIndexByte(app, '-'); i < 0 || app[:i] != p.App.Name || k.Dir == p.State.Path {
			continue
		}
		if b := k.Binding; b.Project == statedir.RealPath(p.Root) || b.Project != "" && !FileExists(b.Project) {
			list = append(list, k)
		}
	}
	return list
}
