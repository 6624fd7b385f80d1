// Command metrics-server serves the Metrics API (metrics.k8s.io), from which
// the HorizontalPodAutoscaler and `kubectl top` read CPU and memory.
//
// Scraping, storage, and API are upstream's packages, version 0.7.2. Only the
// flags are ours, because upstream's main does not compile with Kubernetes 1.34,
// whose API server library keeps the version in another field. The next upstream
// release, 0.9.0, needs the libraries of Kubernetes 1.36. In a module of its own,
// it would share no compiled package with the others and take 410 CPU-seconds
// instead of less than 20, because the API server library is part of Kubernetes
// and already compiled.
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
