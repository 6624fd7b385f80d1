// Package target opens the places where releases run, by name.
//
// It only chooses. What a target must do is said by [deploy.Target] and shown
// by package targettest, which every target passes.
package target

import (
	"version-manager/internal/deploy"
	"version-manager/internal/problem"
	"version-manager/internal/target/local"
)

// Local is the name of this machine as a target, the default.
const Local = "local"

// Names lists the targets there are.
func Names() []string { return []string{Local} }

// Spec says which target is meant and for which app.
type Spec struct {
	Name    string // "" is Local
	App     string
	State   string   // the state folder
	Project string   // the folder of version-manager.yaml
	Agent   []string // for Local: the program and first arguments that start an agent; empty: this program
}

// Open returns the target. It contacts nothing yet.
func Open(s Spec) (deploy.Target, error) {
	switch s.Name {
	case "", Local:
		return local.New(local.Options{App: s.App, State: s.State, Project: s.Project, Agent: s.Agent})
	}
	return nil, problem.New(problem.Usage, "version-manager status --target "+Local, "there is no target %q", s.Name)
}
