package clustercmd

import (
	"context"
	"fmt"
	"os"
	"strconv"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/infra/onemachine"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

func newStatusCommand(inv *command.Invocation) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "show nodes, processes, and their memory",
		Long: "Shows the nodes with their roles and pods, every process with its resident memory, and the total. Nodes " +
			"and processes are inspected directly, so it also works while the API server does not answer.",
		Example:           "  version-manager cluster status\n  version-manager cluster status -o json",
		GroupID:           "inspect",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: withCluster(inv, func(c *cobra.Command, m *onemachine.Cluster, _ []string) error {
			return runStatus(c.Context(), inv, m)
		}),
	}
}

func runStatus(ctx context.Context, inv *command.Invocation, m *onemachine.Cluster) error {
	now, err := m.ReadStatus(ctx)
	if err != nil {
		return err
	}
	if err := inv.PrintAnswer(now, func() error { return printStatus(inv, now) }); err != nil {
		return err
	}
	for _, w := range now.Warnings {
		inv.PrintNote("warning: %s", w)
	}
	switch {
	case now.Trouble != "":
		inv.PrintNote("the API server does not answer: %s", now.Trouble)
	case !now.Running:
		inv.PrintNote("the cluster is not running")
		inv.SuggestNext("version-manager cluster up")
	}
	return nil
}

func printStatus(inv *command.Invocation, now onemachine.Status) error {
	nodes := ui.Table{Heading: []string{"NODE", "ROLE", "STATE", "ADDRESS", "PODS"}}
	for _, n := range now.Nodes {
		nodes.AddRow(n.Name, n.Role, n.State, n.Address, strconv.Itoa(n.Pods))
	}
	processes := ui.Table{Heading: []string{"PROCESS", "NODE", "PID", "MEMORY", "RESTARTS"}}
	for _, p := range now.Processes {
		pid := "-"
		if p.PID > 0 {
			pid = strconv.Itoa(p.PID)
		}
		processes.AddRow(p.Name, p.Node, pid, command.Megabytes(p.Resident), strconv.Itoa(p.Restarts))
	}
	processes.AddRow("all", "-", "-", command.Megabytes(now.Resident), "-")
	return inv.PrintTables(&nodes, &processes)
}

func newKubeconfigCommand(inv *command.Invocation) *cobra.Command {
	path := false
	c := &cobra.Command{
		Use:   "kubeconfig",
		Short: "print the kubeconfig of the cluster's administrator",
		Long: "Prints the kubeconfig of the cluster's administrator, who may do anything: keep it like a password. With " +
			"--path, prints where the file is.",
		Example:           "  version-manager cluster kubeconfig --path",
		GroupID:           "inspect",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: withCluster(inv, func(_ *cobra.Command, m *onemachine.Cluster, _ []string) error {
			return printKubeconfig(inv, m.KubeconfigPath(), path)
		}),
	}
	c.Flags().BoolVar(&path, "path", false, "print the path of the file instead")
	return c
}

func printKubeconfig(inv *command.Invocation, file string, path bool) error {
	content, err := os.ReadFile(file)
	switch {
	case os.IsNotExist(err):
		return problem.New(problem.NotFound, "version-manager cluster up", "there is no cluster on this machine")
	case os.IsPermission(err):
		return problem.Wrap(onemachine.ErrNotRoot, problem.Failed, "", "read the kubeconfig")
	case err != nil:
		return fmt.Errorf("read the kubeconfig: %w", err)
	case path:
		_, err = fmt.Fprintln(inv.Streams.Out, file)
	default:
		_, err = inv.Streams.Out.Write(content)
	}
	return err
}
