package cli

import (
	"context"
	"fmt"
	"strings"

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
		Short: "continue an interrupted deploy",
		Long: "Continues a deploy whose process died, from where its journal ends. A deploy that got stuck on its way " +
			"back tries again, and a version that nothing could replace is watched again. To take an interrupted " +
			"deploy back instead, use rollback.",
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
	now, err := observe(ctx, t)
	if err != nil {
		return err
	}
	secrets, notes := o.toStart(latest(runs), now)
	err = o.measured(p, t, func(e *deploy.Engine) (probe.Report, error) { return e.Resume(ctx, o.id, secrets) }, notes...)
	if err != nil {
		return err
	}
	o.next("version-manager status")
	return nil
}

// toStart are the secrets with which a deploy goes on, and what to say of
// those that are not set here. Instances that have all of them must not be
// replaced by some that have fewer: nil keeps what they were started with. Of
// what was not started yet nobody knows the values, so those set here count.
func (o resumeOptions) toStart(run deploy.Run, now deploy.Observed) (secrets map[string]string, notes []string) {
	switch run.Phase {
	case deploy.Planned, deploy.Preparing, deploy.Gating:
	default:
		return nil, nil // nothing is started any more
	}
	p := run.Plan
	secrets, unset := o.secrets(p.Release.Config.Secrets)
	side := now.Colors[p.New]
	if len(unset) == 0 || side.Version != p.To() || side.Image != p.Release.Image {
		return secrets, withheld(unset)
	}
	return nil, []string{fmt.Sprintf("not set in the environment: %s; %s in %s keeps the secrets that it was started with",
		strings.Join(unset, ", "), p.To(), p.New)}
}
