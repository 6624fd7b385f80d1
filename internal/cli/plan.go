package cli

import (
	"context"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
	"version-manager/internal/release"
	"version-manager/internal/ui"
)

type planOptions struct {
	*app
	version string
	kind    deploy.Kind
}

// recent is how many deploys tell how long the next one will take.
const recent = 20

func newPlan(a *app) *cobra.Command {
	o := planOptions{app: a, kind: deploy.Plain}
	c := &cobra.Command{
		Use:   "plan [VERSION]",
		Short: "show what a deploy would do, and change nothing",
		Long: "Shows what a deploy of a version would do: its steps with the time that they took in earlier deploys, " +
			"the instances of both colors, and which parts of the version differ. In a cluster, it also shows what " +
			"would make the deploy slower or riskier. Without VERSION, it only checks whether the app can listen on " +
			"this machine, which works before the first version is built. It changes nothing.",
		Example:           "  version-manager plan v1.1.0\n  version-manager plan v1.1.0 --kind zero-downtime -o json\n  version-manager plan",
		GroupID:           "deploys",
		Args:              takes(0, 1),
		ValidArgsFunction: a.completeVersions,
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return runPreflight(c.Context(), o)
			}
			o.version = args[0]
			return runPlan(c.Context(), o)
		},
	}
	c.Flags().Var(choose(&o.kind, deploy.Plain, deploy.ZeroDowntime, deploy.Rollback), "kind", "the kind of deploy to plan")
	return c
}

func runPlan(ctx context.Context, o planOptions) error {
	p, t, rel, err := o.openVersion(ctx, o.version, reading)
	if err != nil {
		return err
	}
	answer, err := o.expect(ctx, p, t, rel)
	if err != nil {
		return err
	}
	if err := o.addCluster(ctx, &answer, t, rel); err != nil {
		return err
	}
	if err := o.io.Answer(o.global.format, answer, func() error { return o.print(answer) }); err != nil {
		return err
	}
	if !answer.Active {
		o.next("version-manager %s %s", answer.Kind, answer.To)
	}
	return nil
}

// expect is the answer, but for what only a cluster has.
func (o planOptions) expect(ctx context.Context, p place, t deploy.Target, rel release.Release) (planAnswer, error) {
	now, err := observe(ctx, t)
	if err != nil {
		return planAnswer{}, err
	}
	listeners, err := preflight(ctx, t)
	if err != nil {
		return planAnswer{}, err
	}
	o.sayDown(now)
	plan, err := deploy.NewPlan(now, deploy.Request{Kind: o.kind, Release: rel})
	if err != nil {
		return planAnswer{}, problem.Wrap(err, problem.NotFound, "version-manager list", "plan %s", rel.Version)
	}
	earlier, err := o.past(ctx, t)
	if err != nil {
		return planAnswer{}, err
	}
	return planAnswer{
		Kind: plan.Kind, App: plan.App, From: plan.From, To: plan.To(),
		Active:   deploy.AlreadyActive(now, rel),
		Capacity: capacities(now, plan),
		Changes:  changes(p.before(plan.From), rel),
		Steps:    expected(plan, deploy.Expect(newest(earlier, recent))),

		Listeners: listeners,
		Warnings:  deploy.Entrances{Listeners: listeners}.Warnings(o.now()),
	}, nil
}

// addCluster adds which cluster would be changed, and what it is like.
func (o planOptions) addCluster(ctx context.Context, answer *planAnswer, t deploy.Target, rel release.Release) error {
	around, err := surroundings(ctx, t)
	if err != nil || around == nil {
		return err
	}
	answer.Cluster = &planCluster{around.Context, around.Server, around.Namespace}
	answer.Warnings = append(undeliverable(ctx, t, rel), around.Warnings...)
	return nil
}

// runPreflight is plan without a version.
func runPreflight(ctx context.Context, o planOptions) error {
	p, t, err := o.open(reading)
	if err != nil {
		return err
	}
	list, err := preflight(ctx, t)
	if err != nil {
		return err
	}
	return o.io.Answer(o.global.format, preflightAnswer{p.app.Name, list}, func() error {
		facts := ui.Table{Uncut: true}
		facts.Add("app", p.app.Name)
		addListeners(&facts, list)
		return o.tables(&facts)
	})
}

// before is the record of the active version; of a lost one everything
// differs.
func (p place) before(v release.Version) release.Release {
	if v == "" {
		return release.Release{}
	}
	rel, err := p.store().Get(p.app.Name, v)
	if err != nil {
		return release.Release{Version: v}
	}
	return rel
}
