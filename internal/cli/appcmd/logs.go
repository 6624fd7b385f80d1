package appcmd

import (
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/ui"
)

type logsOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
	query deploy.LogQuery
}

func newLogsCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := logsOptions{inv: inv, flags: flags}
	c := &cobra.Command{
		Use:   "logs",
		Short: "print the output of the instances",
		Long: "Prints the output of the instances, oldest line first, each line with the name of its instance. With -f, " +
			"it continues until Ctrl-C. With -o json, each line is an object with instance and text.",
		Example:           "  version-manager logs --tail 20\n  version-manager logs -f --app-color green\n  version-manager logs --instance blue-1",
		GroupID:           "running",
		Args:              command.RequireArgs(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			switch {
			case o.query.Tail < 0:
				return command.UsageError(c, "--tail %d is not a number of lines", o.query.Tail)
			case o.inv.Global.Format == ui.YAML:
				return command.UsageError(c, "logs are printed line by line, which YAML cannot do: use -o json")
			}
			return runLogs(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().BoolVarP(&o.query.Follow, "follow", "f", false, "keep printing new output until Ctrl-C")
	inv.AddAppColor(c, &o.query.Color, "only the instances of this color")
	c.Flags().StringVar(&o.query.Instance, "instance", "", "only this `INSTANCE`, such as blue-1")
	c.Flags().IntVar(&o.query.Tail, "tail", 0, "only the last `N` lines of each instance (default all)")
	return c
}

func runLogs(ctx context.Context, o logsOptions) error {
	app, err := targets.OpenApp(o.inv, *o.flags, targets.ReadOnly)
	if err != nil {
		return err
	}
	logs, err := app.Target.OpenLogs(ctx, o.query)
	if err != nil {
		return err
	}
	defer logs.Close()
	n, err := o.copyLines(logs)
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("read logs: %w", err)
	case n == 0:
		return o.explainSilence(ctx, app)
	}
	return nil
}

// copyLines copies the lines and returns how many bytes that were.
func (o logsOptions) copyLines(logs io.Reader) (int64, error) {
	switch {
	case o.inv.Global.Format == ui.JSON:
		return eachLine(logs, func(line string) error { return o.inv.Streams.WriteJSONLine(splitLogLine(line)) })
	case o.inv.Streams.Out.Terminal: // an app's log must not control it
		return eachLine(logs, func(line string) error { return o.inv.PrintLines(line) })
	}
	return io.Copy(o.inv.Streams.Out, logs)
}

// explainSilence distinguishes an instance that does not exist from one that
// has written nothing.
func (o logsOptions) explainSilence(ctx context.Context, app targets.App) error {
	now, err := app.Observe(ctx)
	if err != nil {
		return err
	}
	if len(now.Colors) == 0 {
		return app.NotDeployed()
	}
	known := o.query.Instance == ""
	for _, side := range now.Colors {
		known = known || slices.ContainsFunc(side.Instances, func(i deploy.Instance) bool { return i.ID == o.query.Instance })
	}
	if !known {
		return problem.New(problem.NotFound, "version-manager status", "there is no instance %s", o.query.Instance)
	}
	targets.NoteDown(o.inv, now)
	o.inv.PrintNote("nothing was written")
	return nil
}
