package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"version-manager/test/e2e/lab"
)

// restartCluster stops the whole cluster and starts it again. What ran runs again,
// and what was known is still known.
func (s *story) restartCluster(ctx context.Context) (string, error) {
	if !s.ours {
		return "", fmt.Errorf("%w: the cluster was running before", errSkipped)
	}
	s.stopUsers()
	before, err := s.runSuccessfully(ctx, "history", "-o", "json")
	if err != nil {
		return "", err
	}
	was, err := s.ReadStatus(ctx)
	if err != nil {
		return "", err
	}
	if err := s.runGuide(ctx, ".", "howto-local-cluster", "restart"); err != nil {
		return "", err
	}
	if err := s.RunClusterCommand(ctx, "up"); err != nil { // finds nothing to do
		return "", err
	}
	began := time.Now()
	err = lab.WaitUntil(ctx, 2*time.Minute, "the app answers again", func() (bool, error) {
		err := s.checkActive(ctx, was.Colors[was.Active].Version, was.Colors[was.Active].Want)
		return err == nil, err
	})
	if err != nil {
		return "", err
	}
	after, err := s.runSuccessfully(ctx, "history", "-o", "json")
	if err == nil && after.Out != before.Out {
		err = fmt.Errorf("the history changed from\n%s\nto\n%s", before.Out, after.Out)
	}
	return fmt.Sprintf("the app answers %s after `cluster up`, the history is whole", time.Since(began).Round(time.Second)), err
}

// removeCluster compares the machine with what it was before the cluster.
func (s *story) removeCluster(ctx context.Context) (string, error) {
	if !s.ours {
		return "", fmt.Errorf("%w: the cluster was running before", errSkipped)
	}
	if err := s.runGuide(ctx, ".", "howto-local-cluster", "down"); err != nil {
		return "", err
	}
	s.Kube = nil
	if left := listMachineState().addedSince(s.before); len(left) > 0 {
		return "", fmt.Errorf("left behind:\n%s", strings.Join(left, "\n"))
	}
	return "no mount, namespace, link, rule, cgroup, or process is left", nil
}
