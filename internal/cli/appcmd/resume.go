package appcmd

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/report"
)

type resumeOptions struct {
	inv   *command.Invocation
	flags *targets.Flags
	id    string // empty: the newest
}

func newResumeCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	c := &cobra.Command{
		Use:   "resume [ID]",
		Short: "continue an interrupted deploy",
		Long: "Continues a deploy whose process died, from where its journal ends. A deploy that got stuck while rolling " +
			"back tries again, and a failed version that has the traffic, because there was none before it, is watched " +
			"again. To roll an interrupted deploy back instead, use rollback.",
		Example:           "  version-manager resume\n  version-manager resume 7",
		GroupID:           "deploys",
		Args:              command.RequireArgs(0, 1),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, args []string) error {
			o := resumeOptions{inv: inv, flags: flags}
			if len(args) == 1 {
				o.id = args[0]
			}
			return runResume(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	return c
}

func runResume(ctx context.Context, o resumeOptions) error {
	app, runs, err := openNewestFirst(ctx, o.inv, *o.flags)
	if err != nil {
		return err
	}
	now, err := app.Observe(ctx)
	if err != nil {
		return err
	}
	secrets, notes := secretsToStart(o.inv.Getenv, newestRun(runs), now)
	r := runner{o.inv, o.flags, app}
	err = r.runReported(func(e *deploy.Engine) (report.Report, error) { return e.Resume(ctx, o.id, secrets) }, notes...)
	if err != nil {
		return err
	}
	o.inv.SuggestNext("version-manager status")
	return nil
}

// secretsToStart returns the secrets with which a deploy continues, and notes
// about those that are not set here. Instances that have all of them must not
// be replaced by some that have fewer: nil keeps what they were started with.
// The values that a version would have started with are not recorded, so for
// one that was not started yet those set here count.
func secretsToStart(getenv func(string) string, run deploy.Run, now deploy.Observed) (secrets map[string]string, notes []string) {
	switch run.Phase {
	case deploy.Planned, deploy.Preparing, deploy.Gating:
	default:
		return nil, nil // nothing is started after that
	}
	p := run.Plan
	secrets, unset := readSecrets(getenv, p.Release.Config.Secrets)
	side := now.Colors[p.New]
	if len(unset) == 0 || side.Version != p.To() || side.Image != p.Release.Image {
		return secrets, unsetNotes(unset)
	}
	return nil, []string{fmt.Sprintf("not set in the environment: %s; %s on %s keeps the secrets that it was started with",
		strings.Join(unset, ", "), p.To(), p.New)}
}
