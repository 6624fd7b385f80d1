package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"version-manager/internal/deploy"
	"version-manager/internal/infra/addons"
	"version-manager/internal/kube"
)

type installIngressOptions struct{ *app }

// installed is the answer of install-ingress.
type installed struct {
	Context  string   `json:"context"`
	Did      []string `json:"did"`
	Warnings []string `json:"warnings"` // what is otherwise than expected
}

func newInstallIngress(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "install-ingress",
		Short: "install the Gateway API and Traefik in a cluster",
		Long: "Installs what the routes of apps need and the cluster lacks: the Gateway API, Traefik, and the gateway " +
			"that accepts requests. What is already there is kept and checked. You can run it again at any time. A " +
			"cluster made by cluster up has all of it.",
		Example:           "  version-manager install-ingress\n  version-manager install-ingress --context prod",
		GroupID:           "clusters",
		Args:              takes(0, 0),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			return runInstallIngress(c.Context(), installIngressOptions{a})
		},
	}
}

func runInstallIngress(ctx context.Context, o installIngressOptions) error {
	p, err := o.place()
	if err != nil {
		return err
	}
	named := o.global.cluster
	cluster, err := kube.Open(kube.Options{Kubeconfig: named.kubeconfig, Context: named.context, Namespace: named.namespace})
	if err != nil {
		return err
	}
	where := deploy.Cluster{Context: cluster.Context(), Server: cluster.Server(), Authority: cluster.Authority(), Namespace: "traefik"}
	if err := o.mean(p, where); err != nil {
		return err
	}
	report, err := addons.InstallIngress(ctx, cluster, addons.Options{}, func(step string) { o.note("%s", step) })
	if err != nil {
		return fmt.Errorf("install the ingress: %w", err)
	}
	return o.answer(installed{Context: where.Context, Did: append([]string{}, report.Did...), Warnings: append([]string{}, report.Warnings...)})
}

func (o installIngressOptions) answer(i installed) error {
	err := o.io.Answer(o.global.format, i, func() error {
		for _, did := range i.Did {
			if err := o.io.Line("%s", did); err != nil {
				return err
			}
		}
		return nil
	})
	for _, w := range i.Warnings {
		o.note("warning: %s", w)
	}
	return err
}
