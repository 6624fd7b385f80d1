package main

import (
	"context"
	"errors"
	"fmt"
	"os/signal"
	"syscall"
	"time"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/server/v3/embed"
)

// etcdStart is how long etcd may take to open its data and elect itself.
const etcdStart = 2 * time.Minute

// newEtcd is etcd with a configuration file, which is all that upstream's
// embedding offers without its own program around it.
func newEtcd() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "etcd",
		Short: "the store of the API server",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return runEtcd(ctx, file)
		},
	}
	c.Flags().StringVar(&file, "config-file", "", "etcd's configuration, in YAML")
	if err := c.MarkFlagRequired("config-file"); err != nil {
		panic(err) // the flag is defined one line above
	}
	return c
}

// runEtcd serves until ctx ends; then it closes the store in order.
func runEtcd(ctx context.Context, file string) error {
	config, err := embed.ConfigFromFile(file)
	if err != nil {
		return fmt.Errorf("read %s: %w", file, err)
	}
	server, err := embed.StartEtcd(config)
	if err != nil {
		return fmt.Errorf("start etcd: %w", err)
	}
	defer server.Close()
	select {
	case <-server.Server.ReadyNotify():
	case <-server.Server.StopNotify():
		return errors.New("start etcd: it stopped at once")
	case <-time.After(etcdStart):
		return fmt.Errorf("start etcd: not ready after %s", etcdStart)
	case <-ctx.Done():
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-server.Err():
		return fmt.Errorf("etcd: %w", err)
	case <-server.Server.StopNotify():
		return errors.New("etcd stopped by itself")
	}
}
