package targets

import (
	"version-manager/internal/cli/command"
	"version-manager/internal/clusterstatus"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

// ConfirmTarget makes sure that a person means this cluster before this user
// changes it for the first time. This machine needs no confirmation.
func (a App) ConfirmTarget(inv *command.Invocation, f Flags) error {
	remote, ok := a.Target.(deploy.ClusterLocator)
	if !ok {
		return nil
	}
	return ConfirmCluster(inv, f.Cluster, a.Project.State.Base, remote.LocateCluster())
}

// ConfirmCluster makes sure that a person means this place in a cluster. Base
// is the user's folder in which the answer is remembered.
func ConfirmCluster(inv *command.Invocation, f ClusterFlags, base string, where clusterstatus.Cluster) error {
	agreed, err := readConsent(base)
	now := agreement{where.Server, where.Authority}
	if err != nil || agreed[where.Context] == now {
		return err
	}
	if err := askAboutCluster(inv, f, where, agreed[where.Context]); err != nil {
		return err
	}
	agreed[where.Context] = now
	return writeConsent(base, agreed)
}

// askAboutCluster asks, unless the call has answered already.
func askAboutCluster(inv *command.Invocation, f ClusterFlags, where clusterstatus.Cluster, before agreement) error {
	if inv.Global.Yes || f.Context == where.Context {
		return nil
	}
	if !inv.CanPrompt() {
		return problem.New(problem.Usage, inv.RepeatLine("--context", where.Context),
			"context %s (%s, namespace %s) was not used from this machine before, and there is no terminal to ask for confirmation",
			where.Context, where.Server, where.Namespace)
	}
	if err := clusterFacts(where, before).WriteTo(inv.Streams.Err); err != nil {
		return err
	}
	yes, err := inv.PromptYes("this changes a cluster that was not used from this machine before; is it the one you mean?")
	if err == nil && !yes {
		err = problem.New(problem.Interrupted, "kubectl config get-contexts", "canceled, nothing changed")
	}
	return err
}

func clusterFacts(where clusterstatus.Cluster, before agreement) *ui.Table {
	facts := ui.Table{KeepWide: true}
	facts.AddRow("context", where.Context)
	facts.AddRow("server", where.Server)
	switch {
	case before.Server == where.Server:
		facts.AddRow("before", "the same address, with another certificate authority")
	case before.Server != "":
		facts.AddRow("before", before.Server)
	}
	facts.AddRow("namespace", where.Namespace)
	return &facts
}
