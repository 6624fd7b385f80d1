// Command metrics-server serves the Metrics API (metrics.k8s.io), from which
// the HorizontalPodAutoscaler and `kubectl top` read CPU and memory.
//
// Scraping, storage and API are upstream's packages, version 0.7.2. Only its
// flags are not: its own main does not compile against Kubernetes 1.34, whose
// API server library keeps the version in another field. The next upstream
// release that can be had, 0.9.0, needs the libraries of Kubernetes 1.36; in a
// module of its own it would share no compiled package with the rest and
// double the price: 410 CPU-seconds against under 20 for this one, because
// the API server library is part of Kubernetes and compiled already.
package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"
	"k8s.io/apiserver/pkg/server"
	"k8s.io/component-base/cli"
)

func main() {
	o := newOptions()
	c := &cobra.Command{
		Use:   "metrics-server",
		Short: "serve the Metrics API",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			config, err := o.config()
			if err != nil {
				return fmt.Errorf("configure: %w", err)
			}
			s, err := config.Complete()
			if err != nil {
				return fmt.Errorf("prepare: %w", err)
			}
			return s.RunUntil(server.SetupSignalHandler())
		},
	}
	o.addFlags(c.Flags())
	os.Exit(cli.Run(c))
}
