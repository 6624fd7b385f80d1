package cli

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/probe"
)

type resumeOptions struct {
	*app
	id string // empty: the newest
}

func newResume(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "resume [ID]",
		Short: "go on with a deploy that was interrupted",
		Long: "Goes on with a deploy whose process died, from where its journal says that it stood. One that got\n" +
			"stuck on its way back tries that way again. To take an interrupted deploy back instead, use rollback.",
		Example:           "  version-manager resume\n  version-manager resume 7",
		GroupID:           "deploys",
		Args:              takes(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o := resumeOptions{app: a}
			if len(args) == 1 {
				o.id = args[0]
			}
			return runResume(c.Context(), o)
		},
	}
}

func runResume(ctx context.Context, o resumeOptions) error {
	p, t, runs, err := o.openPast(ctx)
	if err != nil {
		return err
	}
	run, _ := deploy.Unfinished(newest(runs, 1))
	secrets, _ := o.secrets(run.Plan.Release.Config.Secrets)
	if err := o.measured(p, t, func(e *deploy.Engine) (probe.Report, error) { return e.Resume(ctx, o.id, secrets) }); err != nil {
		return err
	}
	o.next("version-manager status")
	return nil
}
