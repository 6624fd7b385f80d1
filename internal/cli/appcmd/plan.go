package appcmd

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/answer"
	"version-manager/internal/cli/command"
	"version-manager/internal/cli/project"
	"version-manager/internal/cli/targets"
	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

type planOptions struct {
	inv     *command.Invocation
	flags   *targets.Flags
	version string
	kind    deploy.Kind
}

// estimateRuns is how many earlier deploys the times of the steps are
// estimated from.
const estimateRuns = 20

func newPlanCommand(inv *command.Invocation, flags *targets.Flags) *cobra.Command {
	o := planOptions{inv: inv, flags: flags, kind: deploy.Plain}
	c := &cobra.Command{
		Use:   "plan [VERSION]",
		Short: "show what a deploy would do, and change nothing",
		Long: "Shows what a deploy of a version would do: its steps with the time that they took in earlier deploys, " +
			"the instances of both colors, and which parts of the version differ. In a cluster, it also shows what " +
			"would make the deploy slower or riskier. Without VERSION, it only checks whether the app can listen on " +
			"this machine, which works before the first version is built. It changes nothing.",
		Example:           "  version-manager plan v1.1.0\n  version-manager plan v1.1.0 --kind zero-downtime -o json\n  version-manager plan",
		GroupID:           "deploys",
		Args:              command.RequireArgs(0, 1),
		ValidArgsFunction: project.CompleteVersions(inv, &flags.Project),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return runPreflight(c.Context(), o)
			}
			o.version = args[0]
			return runPlan(c.Context(), o)
		},
	}
	flags.AddTo(c.Flags())
	c.Flags().Var(command.NewChoice(&o.kind, deploy.Plain, deploy.ZeroDowntime, deploy.Rollback), "kind", "kind of deploy to plan")
	return c
}

func runPlan(ctx context.Context, o planOptions) error {
	app, rel, err := targets.OpenVersion(ctx, o.inv, *o.flags, o.version, targets.ReadOnly)
	if err != nil {
		return err
	}
	answer, err := o.planDeploy(ctx, app, rel)
	if err != nil {
		return err
	}
	if err := addCluster(ctx, &answer, app.Target, rel); err != nil {
		return err
	}
	if err := o.inv.PrintAnswer(answer, func() error { return printPlan(o.inv, answer) }); err != nil {
		return err
	}
	if !answer.Active {
		o.inv.SuggestNext("version-manager %s %s", answer.Kind, answer.To)
	}
	return nil
}

// planDeploy returns the answer without what only a cluster has.
func (o planOptions) planDeploy(ctx context.Context, app targets.App, rel release.Release) (answer.Plan, error) {
	now, err := app.Observe(ctx)
	if err != nil {
		return answer.Plan{}, err
	}
	listeners, err := preflight(ctx, app.Target)
	if err != nil {
		return answer.Plan{}, err
	}
	targets.NoteDown(o.inv, now)
	plan, err := deploy.NewPlan(now, deploy.Request{Kind: o.kind, Release: rel})
	if err != nil {
		return answer.Plan{}, problem.Wrap(err, problem.NotFound, "version-manager list", "plan %s", rel.Version)
	}
	earlier, err := runsNewestFirst(ctx, o.inv, app.Target)
	if err != nil {
		return answer.Plan{}, err
	}
	return answer.Plan{
		Kind: plan.Kind, App: plan.App, From: plan.From, To: plan.To(),
		Active:   deploy.IsAlreadyActive(now, rel),
		Capacity: planCapacity(now, plan),
		Changes:  compareParts(recordOf(app.Project, plan.From), rel),
		Steps:    estimateSteps(plan, deploy.ExpectedTimes(firstRuns(earlier, estimateRuns))),

		Listeners: listeners,
		Warnings:  deploy.Entrances{Listeners: listeners}.Warnings(o.inv.Now()),
	}, nil
}

// addCluster adds which cluster would be changed, and what would go wrong or
// take long there.
func addCluster(ctx context.Context, plan *answer.Plan, t deploy.Target, rel release.Release) error {
	cluster, err := describeCluster(ctx, t)
	if err != nil || cluster == nil {
		return err
	}
	plan.Cluster = &answer.PlanCluster{Context: cluster.Context, Server: cluster.Server, Namespace: cluster.Namespace}
	plan.Warnings = append(deliveryWarnings(ctx, t, rel), cluster.Warnings...)
	return nil
}

// runPreflight is plan without a version.
func runPreflight(ctx context.Context, o planOptions) error {
	app, err := targets.OpenApp(o.inv, *o.flags, targets.ReadOnly)
	if err != nil {
		return err
	}
	list, err := preflight(ctx, app.Target)
	if err != nil {
		return err
	}
	name := app.Project.App.Name
	return o.inv.PrintAnswer(answer.Preflight{App: name, Listeners: list}, func() error {
		facts := ui.Table{KeepWide: true}
		facts.AddRow("app", name)
		addListeners(&facts, list)
		return o.inv.PrintTables(&facts)
	})
}

// recordOf returns the record of the active version. If it is lost, all parts
// count as different.
func recordOf(p project.Project, v release.Version) release.Release {
	if v == "" {
		return release.Release{}
	}
	rel, err := p.Store().GetRecord(p.App.Name, v)
	if err != nil {
		return release.Release{Version: v}
	}
	return rel
}
