// Package cli is the command line of version-manager, one file per command.
//
// Every command has the same three parts: an options struct with everything
// that it needs, a newX that fills it from flags and arguments, and a runX
// that does the work and can be called without cobra. There are no package
// variables and no init functions: newRoot builds the whole tree from an app,
// which holds the streams, the clock and the environment.
//
// Standard output carries the answer, standard error the conversation. A
// command returns an error and prints none: Main prints it, in one place, and
// turns it into the exit code by the table in exit.go. What is wrong with the
// words of a call is a problem of kind Usage; only those show a usage line.
//
// Nobody imports this package but the main packages. To add a command, copy
// scale.go, add it to newRoot, and write a script in test/scripts.
package cli

import (
	"context"
	"errors"
	"os"
	"time"

	"github.com/spf13/cobra"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/kube"
	"version-manager/internal/ui"
)

// app is what all commands share.
type app struct {
	program string // as it was called; empty: by its name
	io      *ui.Streams
	getenv  func(string) string
	now     func() time.Time
	global  globals
	args    []string // of this call
	advised bool     // what there is to say about the state folder was said
}

// Main runs the command that args name and returns the exit code.
func Main(args []string) int {
	process.Launch()
	a := &app{program: kube.Quoted(os.Args[0]), io: ui.System(os.Getenv), getenv: os.Getenv, now: time.Now}
	ctx, second, stop := interruptible(context.Background())
	defer stop()
	code := make(chan int, 1)
	go func() { code <- a.run(ctx, args) }()
	select {
	case c := <-code:
		return c
	case <-second:
		a.say("stopped at once; if a deploy was under way, this goes on with it: version-manager resume")
		return int(problem.Interrupted)
	}
}

// run is Main without signals.
func (a *app) run(ctx context.Context, args []string) int {
	a.args = args
	root := newRoot(a)
	a.io.Command = here(root, firstOf(a.program, self), &a.global)
	root.SetArgs(args)
	root.SetIn(a.io.In)
	root.SetOut(a.io.Out)
	root.SetErr(a.io.Err)
	cmd, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	code := codeOf(err)
	a.complain(cmd, err, code)
	return int(code)
}

// complain prints err. Who pressed Ctrl-C knows why a command ended, and who
// did so while reading logs expected nothing else.
func (a *app) complain(cmd *cobra.Command, err error, code problem.Kind) {
	_, worded := errors.AsType[*problem.Problem](err)
	switch {
	case err == context.Canceled:
	case a.global.progress == ui.Lines:
		a.io.ProblemLine(err, code)
	case worded || code != problem.Interrupted:
		a.io.Problem(err, a.global.verbose)
	default:
		a.say("interrupted")
	}
	if code == problem.Usage && a.global.progress != ui.Lines {
		a.say("usage: %s", useLine(cmd))
	}
}

// newRoot builds the tree of all commands.
func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "version-manager",
		Short: "ship versions of an app without losing a request, and prove it",
		Long: "Version-manager ships new versions of an app without losing a request, and proves it: every deploy ends " +
			"with a report of how it affected users.",
		Example: "  version-manager create v1.1.0 -m 'new colors'\n" +
			"  version-manager zero-downtime v1.1.0\n" +
			"  version-manager rollback",
		SilenceErrors: true,

		SuggestionsMinimumDistance: 2,
		SilenceUsage:               true,
		Args:                       cobra.ArbitraryArgs,
		ValidArgsFunction:          cobra.NoFileCompletions,
		RunE:                       runRoot,
	}
	a.addGlobals(root.PersistentFlags())
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error { return usage(c, "%w", err) })
	root.SetHelpFunc(a.help)
	root.SetHelpCommand(newHelp(a))
	root.CompletionOptions.DisableDefaultCmd = true
	completeChoices(root)
	root.AddGroup(groups()...)
	root.AddCommand(
		newCreate(a), newList(a),
		newDeploy(a), newZeroDowntime(a), newRollback(a), newPlan(a), newResume(a), newHistory(a),
		newRender(a), newDiff(a),
		newInstallIngress(a),
		newStatus(a), newStart(a), newScale(a), newLogs(a), newCleanup(a), newCluster(a), newAgent(a), newSidecar(a),
		newCompletion(a), newState(a), newVersion(a), newLicenses(a), newExitCodes(),
	)
	return root
}

// runRoot is called without a command, or with one that does not exist.
func runRoot(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return c.Help()
	}
	return unknownCommand(c, args[0])
}

func groups() []*cobra.Group {
	return []*cobra.Group{
		{ID: "releases", Title: "Versions"},
		{ID: "deploys", Title: "Deploys"},
		{ID: "running", Title: "Operations"},
		{ID: "clusters", Title: "Clusters"},
		{ID: "other", Title: "Other"},
	}
}
