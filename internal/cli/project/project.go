// Package project finds the project of an invocation: the folder with
// version-manager.yaml, what the file says, and the state folder that belongs
// to it. Both are believed only if nobody else could have written them.
//
// Start with [Open]. Nothing here starts or contacts a target.
package project

import (
	"path/filepath"

	"github.com/spf13/pflag"

	"version-manager/internal/cli/command"
	"version-manager/internal/config"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
)

// StateVariable names the environment variable for --state.
const StateVariable = "VERSION_MANAGER_STATE"

// Flags say which project is meant and where its state is.
type Flags struct {
	Dir   string // the search for version-manager.yaml begins here
	State string // the state folder; empty: see [Find]
}

// AddTo defines the flags in f and sets them to their defaults.
func (g *Flags) AddTo(f *pflag.FlagSet) {
	f.StringVarP(&g.Dir, "project", "C", ".", "look for version-manager.yaml in `DIR` and its parents")
	f.StringVar(&g.State, "state", "", "keep versions and state in `DIR` (default a folder below ~/.local/state/version-manager; or set "+StateVariable+")")
	command.GroupFlags(f, command.ProjectGroup, "project", "state")
}

// Project is the app of an invocation and the place of its files.
type Project struct {
	Root  string // folder of version-manager.yaml
	App   config.App
	State StateFolder // releases, journals, what the local target keeps
}

// Open finds the project, reads its configuration, and checks that the state
// folder, if it exists, was made here by this user. It prints what a person
// should know about the state folder, and writes no file.
func Open(inv *command.Invocation, f Flags) (Project, error) {
	p, err := Find(inv, f)
	if err != nil {
		return p, err
	}
	if err := p.State.Verify(TrustOf(inv)); err != nil {
		return p, err
	}
	p.AdviseState(inv)
	return p, nil
}

// Find is [Open] without a check of the state folder, for commands that are
// about to adopt it.
func Find(inv *command.Invocation, f Flags) (p Project, err error) {
	trust := TrustOf(inv)
	if p.Root, err = findRoot(f.Dir, trust); err != nil {
		return p, err
	}
	if p.App, err = readConfig(filepath.Join(p.Root, config.File), trust); err != nil {
		return p, err
	}
	p.State, err = locateState(inv.Getenv, f.State, p.Root, p.App.Name)
	return p, err
}

// TrustOf returns whose files this process may believe.
func TrustOf(inv *command.Invocation) ownership.Trust { return ownership.Of(inv.Getenv) }

// PrepareState makes the state folder. It belongs to this user alone and stays
// out of git.
func (p Project) PrepareState() error { return p.State.makeFolder(p.Root) }

// Store returns the releases in the state folder.
func (p Project) Store() *release.Store { return release.NewStore(p.State.Path) }

// GetRelease returns the record of the version that a person typed.
func (p Project) GetRelease(typed string) (release.Release, error) {
	v, err := release.ParseVersion(typed)
	if err != nil {
		return release.Release{}, problem.New(problem.Usage, "version-manager list", "%s", err.Error())
	}
	return p.Store().GetRecord(p.App.Name, v)
}

// CertificateFiles returns the files that the app's HTTPS on this machine is
// made of.
func (p Project) CertificateFiles() (files []string) {
	for _, file := range []string{p.App.Local.Cert, p.App.Local.Key} {
		switch {
		case file == "":
		case filepath.IsAbs(file):
			files = append(files, file)
		default:
			files = append(files, filepath.Join(p.Root, file))
		}
	}
	return files
}
