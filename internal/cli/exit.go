package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/kit/problem"
)

// exitCode is one exit code and what it means. Scripts rely on them: codes are
// added, never renumbered.
type exitCode struct {
	code    problem.Kind
	meaning string
}

func listExitCodes() []exitCode {
	return []exitCode{
		{0, "success, or nothing to do"},
		{problem.Failed, "failed"},
		{problem.Usage, "invalid command line"},
		{problem.RolledBack, "the deploy failed and was rolled back: the version that was active before has the traffic"},
		{problem.NeedsPerson, "the deploy failed and could not be rolled back: nothing was removed, manual action is needed"},
		{problem.NotFound, "no such version, deploy, or app"},
		{problem.LockHeld, "another command is changing the app"},
		{problem.Running, "another command was still changing the app when --wait ended"},
		{problem.Differs, "the cluster differs from the version (diff)"},
		{problem.Diverted, "somebody else changed the route during the deploy: nothing was removed, they decide which version has the traffic"},
		{problem.Interrupted, "interrupted by Ctrl-C"},
	}
}

// exitCodeOf returns the exit code for err.
func exitCodeOf(err error) problem.Kind {
	kind := problem.KindOf(err)
	if kind == problem.Failed && errors.Is(err, context.Canceled) {
		kind = problem.Interrupted
	}
	for _, e := range listExitCodes() {
		if e.code == kind {
			return kind
		}
	}
	return problem.Failed
}

// printError prints err. A person who pressed Ctrl-C knows why a command ended,
// so a bare cancellation is not explained.
func printError(inv *command.Invocation, c *cobra.Command, err error, code problem.Kind) {
	_, worded := errors.AsType[*problem.Problem](err)
	switch {
	case err == context.Canceled:
	case inv.ReportsJSON():
		inv.Streams.PrintProblemLine(err, code)
	case worded || code != problem.Interrupted:
		inv.Streams.PrintProblem(err, inv.Global.Verbose)
	default:
		inv.PrintNotice("interrupted")
	}
	if code == problem.Usage && !inv.ReportsJSON() {
		fmt.Fprintf(inv.Streams.Err, "usage: %s\n", usageLine(c))
	}
}

// newExitCodes is a help topic, not a command that does something.
func newExitCodes() *cobra.Command {
	var b strings.Builder
	b.WriteString("The exit code says how a command ended. Codes are never renumbered.\n\n")
	for _, e := range listExitCodes() {
		fmt.Fprintf(&b, "  %3d  %s\n", e.code, e.meaning)
	}
	return &cobra.Command{Use: "exit-codes", Short: "what the exit codes mean", Long: strings.TrimRight(b.String(), "\n")}
}
