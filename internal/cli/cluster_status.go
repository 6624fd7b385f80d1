package cli

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

func newClusterStatus(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "show nodes, processes, and their memory",
		Long: "Shows the nodes with their roles and pods, every process with its resident memory, and the total. Nodes " +
			"and processes are inspected directly, so it also works while the API server does not answer.",
		Example:           "  version-manager cluster status\n  version-manager cluster status -o json",
		GroupID:           "look",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.withCluster(func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			return runClusterStatus(c.Context(), a, m)
		}),
	}
}

func runClusterStatus(ctx context.Context, a *app, m *onemachine.Cluster) error {
	now, err := m.ReadStatus(ctx)
	if err != nil {
		return err
	}
	if err := a.io.Answer(a.global.format, now, func() error { return a.printCluster(now) }); err != nil {
		return err
	}
	for _, w := range now.Warnings {
		a.note("warning: %s", w)
	}
	switch {
	case now.Trouble != "":
		a.note("the API server does not answer: %s", now.Trouble)
	case !now.Running:
		a.note("the cluster does not run")
		a.next("version-manager cluster up")
	}
	return nil
}

func (a *app) printCluster(now onemachine.Status) error {
	nodes := ui.Table{Heading: []string{"NODE", "ROLE", "STATE", "ADDRESS", "PODS"}}
	for _, n := range now.Nodes {
		nodes.Add(n.Name, n.Role, n.State, n.Address, strconv.Itoa(n.Pods))
	}
	processes := ui.Table{Heading: []string{"PROCESS", "NODE", "PID", "MEMORY", "RESTARTS"}}
	for _, p := range now.Processes {
		pid := "-"
		if p.PID > 0 {
			pid = strconv.Itoa(p.PID)
		}
		processes.Add(p.Name, p.Node, pid, megabytes(p.Resident), strconv.Itoa(p.Restarts))
	}
	processes.Add("all", "-", "-", megabytes(now.Resident), "-")
	return a.tables(&nodes, &processes)
}

func megabytes(n int64) string { return fmt.Sprintf("%d MB", (n+500_000)/1_000_000) }

func newClusterKubeconfig(a *app) *cobra.Command {
	path := false
	c := &cobra.Command{
		Use:   "kubeconfig",
		Short: "print the kubeconfig of the cluster's administrator",
		Long: "Prints the kubeconfig of the cluster's administrator, who may do anything: keep it like a password. With " +
			"--path, prints where the file is.",
		Example:           "  version-manager cluster kubeconfig --path",
		GroupID:           "look",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: a.withCluster(func(_ *cobra.Command, m *onemachine.Cluster, _ []string) error {
			return runKubeconfig(a, m.KubeconfigPath(), path)
		}),
	}
	c.Flags().BoolVar(&path, "path", false, "print the path of the file instead")
	return c
}

func runKubeconfig(a *app, file string, path bool) error {
	content, err := os.ReadFile(file)
	switch {
	case os.IsNotExist(err):
		return problem.New(problem.NotFound, "version-manager cluster up", "there is no cluster on this machine")
	case os.IsPermission(err):
		return problem.Wrap(onemachine.ErrNotRoot, problem.Failed, "", "read the kubeconfig")
	case err != nil:
		return fmt.Errorf("read the kubeconfig: %w", err)
	case path:
		_, err = fmt.Fprintln(a.io.Out, file)
	default:
		_, err = a.io.Out.Write(content)
	}
	return err
}
