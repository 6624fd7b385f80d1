// Package sidecarcmd has the hidden command that runs in every pod beside the
// app.
package sidecarcmd

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"version-manager/internal/cli/command"
	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/kit/memlimit"
	"version-manager/internal/sidecar"
	"version-manager/internal/wire"
)

// NewCommand is what every pod runs beside the app. It is called by
// manifests/app/deployment.yaml.
func NewCommand(inv *command.Invocation) *cobra.Command {
	var o sidecar.Options
	var side string
	var trusted []string
	c := &cobra.Command{
		Use:    "sidecar --app HOST:PORT --color COLOR",
		Short:  "forward and count requests inside a pod",
		Long:   "Forwards all requests of a pod to its app and counts them. A deploy to a cluster starts it in every pod.",
		Hidden: true,
		Args:   command.RequireArgs(0, 0),
		RunE: func(c *cobra.Command, _ []string) (err error) {
			if o.App == "" {
				return command.UsageError(c, "--app is missing")
			}
			if o.Color, err = color.Parse(side); err != nil {
				return command.UsageError(c, "--color: %w", err)
			}
			if o.Trusted, err = config.ParseNetworks(trusted); err != nil {
				return command.UsageError(c, "--trusted: %w", err)
			}
			o.ProbeSecret, o.PreviewSecret = inv.Getenv("PROBE_SECRET"), inv.Getenv("PREVIEW_SECRET")
			return runSidecar(inv, o)
		},
	}
	f := c.Flags()
	f.StringVar(&o.Listen, "listen", portAddress(wire.SidecarTrafficPort), "listen for requests at `ADDRESS`")
	f.StringVar(&o.AdminListen, "admin", portAddress(wire.SidecarAdminPort), "listen for probes and hooks at `ADDRESS`")
	f.StringVar(&o.App, "app", "", "forward to `HOST:PORT`")
	f.StringVar(&o.Health, "health", "/", "`PATH` of the liveness check")
	f.StringVar(&side, "color", "", "color of the pod")
	f.StringVar(&o.Version, "version", "", "version of the app")
	f.StringArrayVar(&o.Private, "private", nil, "answer 404 at `PATH` and below")
	f.StringArrayVar(&trusted, "trusted", nil, "trust proxies in `NETWORK` in front of the gateway")
	f.StringVar(&o.Instance, "instance", "", "name of the pod")
	return c
}

// runSidecar serves until the kubelet says that the pod ends. A second signal
// says nothing new: what is in flight is finished all the same.
func runSidecar(inv *command.Invocation, o sidecar.Options) error {
	signal.Reset(os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	o.Memory = memlimit.Apply()
	o.Logger = slog.New(slog.NewTextHandler(inv.Streams.Err, nil))
	return sidecar.RunSidecar(ctx, o)
}

// portAddress is the address of a port on every interface.
func portAddress(port int) string { return fmt.Sprintf(":%d", port) }
