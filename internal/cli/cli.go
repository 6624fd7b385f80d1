// Package cli is the command line of version-manager: the tree of commands,
// help, exit codes, and how errors are printed.
//
// The commands themselves are in the packages below, one for each group: appcmd
// deploys and operates the app, releasecmd makes versions, objectcmd prints and
// compares Kubernetes objects, clustercmd runs a cluster on this machine, and
// so on. Groups never import each other. They share package command (streams,
// global flags, usage errors), package project (version-manager.yaml and the
// state folder) and package targets (which target is meant, and opening it).
//
// Every command has the same three parts: an options struct with all its
// inputs, a function new…Command that fills it from flags and arguments, and a
// function run… that does the work and can be called without cobra. There are
// no package variables and no init functions: newRoot builds the whole tree.
//
// Standard output carries the answer, standard error everything else. A command
// returns an error and prints none: Main prints it, in one place, and turns it
// into the exit code by the table in exit.go.
//
// To add a command, copy appcmd/scale.go, add it to its group's NewCommands,
// and write a script in test/scripts.
package cli

import (
	"context"
	"os"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/aboutcmd"
	"version-manager/internal/cli/agentcmd"
	"version-manager/internal/cli/appcmd"
	"version-manager/internal/cli/clustercmd"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/installcmd"
	"version-manager/internal/cli/objectcmd"
	"version-manager/internal/cli/releasecmd"
	"version-manager/internal/cli/sidecarcmd"
	"version-manager/internal/cli/statecmd"
	"version-manager/internal/cli/targets"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/shell"
	"version-manager/internal/ui"
)

// Main runs the command that args name and returns the exit code.
func Main(args []string) int {
	process.Launch()
	inv := &command.Invocation{Streams: ui.SystemStreams(os.Getenv), Getenv: os.Getenv, Now: time.Now, Args: args}
	ctx, second, stop := withInterrupts(context.Background())
	defer stop()
	code := make(chan int, 1)
	go func() { code <- runCommand(ctx, inv, shell.QuoteIfNeeded(os.Args[0])) }()
	select {
	case c := <-code:
		return c
	case <-second:
		inv.PrintNotice("stopped immediately; if a deploy was running, this continues it:\n  version-manager resume")
		return int(problem.Interrupted)
	}
}

// runCommand is [Main] without signals. Program is how the program was called,
// quoted for a shell.
func runCommand(ctx context.Context, inv *command.Invocation, program string) int {
	flags := new(targets.Flags)
	root := newRoot(inv, flags)
	inv.Streams.AdaptCommand = newPasteAdapter(root, program, flags)
	root.SetArgs(inv.Args)
	root.SetIn(inv.Streams.In)
	root.SetOut(inv.Streams.Out)
	root.SetErr(inv.Streams.Err)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	code := exitCodeOf(err)
	printError(inv, c, err, code)
	return int(code)
}

// newRoot builds the tree of all commands. They store the flags that say which
// app is meant in flags.
func newRoot(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	root := &cobra.Command{
		Use:   command.ProgramName,
		Short: "ship versions of an app without losing a request, and prove it",
		Long: "Version-manager ships new versions of an app without losing a request, and proves it: every deploy ends " +
			"with a report of how it affected users.",
		Example: "  version-manager create v1.1.0 -m 'new colors'\n" +
			"  version-manager zero-downtime v1.1.0\n" +
			"  version-manager rollback",
		SilenceErrors: true,

		SilenceUsage:      true,
		Args:              cobra.ArbitraryArgs,
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              inv.RequireCommand,
	}
	inv.AddGlobalFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(inv.FlagError)
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { printHelp(inv, c) })
	root.SetHelpCommand(newHelpCommand(inv))
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(listGroups()...)
	root.AddCommand(releasecmd.NewCommands(inv, flags)...)
	root.AddCommand(appcmd.NewCommands(inv, flags)...)
	root.AddCommand(objectcmd.NewCommands(inv, flags)...)
	root.AddCommand(installcmd.NewCommands(inv, flags)...)
	root.AddCommand(aboutcmd.NewCommands(inv)...)
	root.AddCommand(
		clustercmd.NewCommand(inv), agentcmd.NewCommand(inv, &flags.Project), statecmd.NewCommand(inv, &flags.Project),
		sidecarcmd.NewCommand(inv), newExitCodes(),
	)
	root.SetGlobalNormalizationFunc(renameOldFlags)
	command.CompleteChoices(root)
	return root
}
