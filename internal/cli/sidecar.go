package cli

import (
	"context"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kit/memlimit"
	"version-manager/internal/sidecar"
)

// newSidecar is what every pod runs beside the app. Its calls stand in
// manifests/app/deployment.yaml.
func newSidecar(a *app) *cobra.Command {
	var o sidecar.Options
	var side string
	var trusted []string
	c := &cobra.Command{
		Use:    "sidecar --app HOST:PORT --color COLOR",
		Short:  "forward and count requests inside a pod",
		Long:   "Forwards all requests of a pod to its app and counts them. A deploy to a cluster starts it in every pod.",
		Hidden: true,
		Args:   takes(0, 0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.App == "" {
				return usage(c, "--app is missing")
			}
			if o.Color, err = color.Parse(side); err != nil {
				return usage(c, "--color: %w", err)
			}
			if o.Trusted, err = config.Networks(trusted); err != nil {
				return usage(c, "--trusted: %w", err)
			}
			o.ProbeSecret, o.PreviewSecret = a.getenv("PROBE_SECRET"), a.getenv("PREVIEW_SECRET")
			return runSidecar(a, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", ":15080", "take requests at `ADDRESS`")
	f.StringVar(&o.AdminListen, "admin", ":15081", "take probes and hooks at `ADDRESS`")
	f.StringVar(&o.App, "app", "", "forward to `HOST:PORT`")
	f.StringVar(&o.Health, "health", "/", "ask `PATH` whether the app says anything")
	f.StringVar(&side, "color", "", "color of the pod")
	f.StringVar(&o.Version, "version", "", "version of the app")
	f.StringArrayVar(&o.Private, "private", nil, "answer 404 at `PATH` and below")
	f.StringArrayVar(&trusted, "trusted", nil, "believe the proxies of `NETWORK` in front of the gateway")
	f.StringVar(&o.Instance, "instance", "", "name of the pod")
	return c
}

// runSidecar serves until the kubelet says that the pod ends. A second signal
// says nothing new: what is in flight is finished all the same.
func runSidecar(a *app, o sidecar.Options) error {
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o.Memory = memlimit.Apply()
	o.Logger = slog.New(slog.NewTextHandler(a.io.Err, nil))
	return sidecar.RunSidecar(ctx, o)
}
