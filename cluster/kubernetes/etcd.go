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

// etcdStartTimeout is for opening the data and electing a leader.
const etcdStartTimeout = 2 * time.Minute

// newEtcdCommand runs etcd with a configuration file, as upstream's package embed
// does it. The flags of upstream's program are not part of that package.
func newEtcdCommand() *cobra.Command {
	var file string
	c := &cobra.Command{
		Use:   "etcd",
		Short: "the database of the API server",
		Args:  cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return runEtcd(ctx, file)
		},
	}
	c.Flags().StringVar(&file, "config-file", "", "configuration of etcd, in YAML")
	if err := c.MarkFlagRequired("config-file"); err != nil {
		panic(err) // the flag is defined one line above
	}
	return c
}

// runEtcd serves until ctx ends, then shuts the database down cleanly.
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
		return errors.New("start etcd: it stopped immediately")
	case <-time.After(etcdStartTimeout):
		return fmt.Errorf("start etcd: not ready after %s", etcdStartTimeout)
	case <-ctx.Done():
		return nil
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-server.Err():
		return fmt.Errorf("etcd: %w", err)
	case <-server.Server.StopNotify():
		return errors.New("etcd stopped on its own")
	}
}
