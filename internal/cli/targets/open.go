package targets

import (
	"context"
	"fmt"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/target"
)

// Access is what a command is about to do with a target.
type Access int

const (
	Change   Access = iota
	ReadOnly        // starts nothing: neither an agent nor, through it, the app
)

// App is the app of an invocation: its project and the target where it runs.
type App struct {
	Project project.Project
	Target  deploy.Target
}

// OpenApp finds the project and opens the target where its app runs.
func OpenApp(inv *command.Invocation, f Flags, access Access) (App, error) {
	p, err := project.Open(inv, f.Project)
	if err != nil {
		return App{Project: p}, err
	}
	t, err := OpenTarget(inv, f, p, access)
	return App{p, t}, err
}

// OpenTarget opens the target where the app of p runs.
func OpenTarget(inv *command.Invocation, f Flags, p project.Project, access Access) (deploy.Target, error) {
	name, err := f.ChooseTarget(inv.Getenv)
	if err != nil {
		return nil, err
	}
	noteForeignFiles(inv, f, p, name)
	return openNamed(inv, f, p, name, access)
}

// ReopenToChange opens an app that was opened [ReadOnly] to change it.
func (a App) ReopenToChange(inv *command.Invocation, f Flags) (App, error) {
	name, err := f.ChooseTarget(inv.Getenv)
	if err != nil {
		return a, err
	}
	a.Target, err = openNamed(inv, f, a.Project, name, Change)
	return a, err
}

// openNamed opens the target with a name.
func openNamed(inv *command.Invocation, f Flags, p project.Project, name string, access Access) (deploy.Target, error) {
	if access == Change {
		if err := p.PrepareState(); err != nil {
			return nil, err
		}
	}
	secret := func(variable string) string {
		if variable == "" {
			return ""
		}
		return inv.Getenv(variable)
	}
	return target.Open(target.Spec{
		Name: name, App: p.App.Name, State: p.State.Path, Local: p.App.Local, Project: p.Root,
		Preview: secret(p.App.Local.PreviewSecret),
		Passive: access == ReadOnly,
		Kubernetes: target.Kubernetes{
			Kubeconfig: f.Cluster.Kubeconfig, Context: f.Cluster.Context, Namespace: f.Cluster.Namespace,
			Config: p.App.Kubernetes, Preview: secret(p.App.Kubernetes.PreviewSecret),
		},
	})
}

// OpenVersion is [OpenApp] for a command about one version, as a person typed
// it.
func OpenVersion(ctx context.Context, inv *command.Invocation, f Flags, typed string, access Access) (App, release.Release, error) {
	p, err := project.Open(inv, f.Project)
	if err != nil {
		return App{Project: p}, release.Release{}, err
	}
	rel, err := p.GetRelease(typed)
	if err != nil {
		return App{Project: p}, rel, p.ExplainUnbuilt(ctx, typed, err)
	}
	p.NoteMovedTag(ctx, inv, rel)
	t, err := OpenTarget(inv, f, p, access)
	return App{p, t}, rel, err
}

// Observe returns what runs in the app's target.
func (a App) Observe(ctx context.Context) (deploy.Observed, error) { return Observe(ctx, a.Target) }

// Observe returns what runs in t.
func Observe(ctx context.Context, t deploy.Target) (deploy.Observed, error) {
	now, err := t.ObserveApp(ctx)
	if err != nil {
		return now, fmt.Errorf("read the state of the target: %w", err)
	}
	return now, nil
}

// NoteDown tells that what is recorded does not run, and how to start it.
func NoteDown(inv *command.Invocation, now deploy.Observed) {
	if now.Down {
		inv.PrintNote("%s is not running, because its agent was stopped or the machine restarted; to start it:\n  version-manager start", now.App)
	}
}

// NotDeployed returns the error of a command that needs something that runs. It
// suggests to deploy the newest version, or to create one.
func (a App) NotDeployed() error {
	p := a.Project
	hint := "version-manager create v1.0.0 -m 'first version'"
	if versions, _ := p.Store().ListRecords(p.App.Name); len(versions) > 0 { // a damaged one is only not suggested
		hint = "version-manager deploy " + string(versions[len(versions)-1].Version)
	}
	return problem.New(problem.NotFound, hint, "no version of %s is deployed", p.App.Name)
}

// DescribeVersion says whether a version runs, and where: "active on blue",
// "standby on green", or nothing.
func DescribeVersion(now deploy.Observed, v release.Version) string {
	for c, side := range now.Colors {
		switch {
		case side.Version != v:
		case c == now.Active:
			return "active on " + string(c)
		default:
			return "standby on " + string(c)
		}
	}
	return ""
}
