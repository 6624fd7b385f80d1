package main

import (
	"context"
	"fmt"
	"path/filepath"
	"time"

	"version-manager/internal/deploy"
	"version-manager/test/e2e/lab"
)

func (s *story) scaleByHand(ctx context.Context) (string, error) {
	if _, err := s.runSuccessfully(ctx, "scale", "4"); err != nil {
		return "", err
	}
	if err := s.checkActive(ctx, "v1.0.0", 4); err != nil {
		return "", err
	}
	if res, err := s.RunCommand(ctx, nil, "scale", "7"); err != nil || res.Code != 2 {
		return "", fmt.Errorf("more than autoscale.max: exit code %d, want 2, %w", res.Code, err)
	}
	if _, err := s.runSuccessfully(ctx, "scale", "2"); err != nil {
		return "", err
	}
	return "2 to 4 and back", s.checkActive(ctx, "v1.0.0", 2)
}

// autoscaleUnderLoad lets users come who cost processor time, and then lets them go.
func (s *story) autoscaleUnderLoad(ctx context.Context) (string, error) {
	all, err := s.ListEntrances(ctx)
	if err != nil {
		return "", err
	}
	began := time.Now()
	burn, err := s.StartBurningUsers(ctx, 20, 30*time.Millisecond, all[0])
	if err != nil {
		return "", err
	}
	top, err := s.awaitInstances(ctx, 3*time.Minute, func(n int) bool { return n > 2 })
	up := time.Since(began)
	t := burn.StopUsers()
	if err != nil {
		return "", err
	}
	if t.Failed > 0 {
		return "", fmt.Errorf("while it scaled up: %s of %d", t.FailureText(), t.Sent)
	}
	began = time.Now()
	if _, err := s.awaitInstances(ctx, 5*time.Minute, func(n int) bool { return n == 2 }); err != nil {
		return "", err
	}
	return fmt.Sprintf("2 to %d ready in %s, back to 2 in %s", top, up.Round(time.Second), time.Since(began).Round(time.Second)), nil
}

// awaitInstances waits for a number of ready instances of the active color, which
// the autoscaler alone may change.
func (s *story) awaitInstances(ctx context.Context, limit time.Duration, enough func(int) bool) (int, error) {
	n := 0
	err := lab.WaitUntil(ctx, limit, "the autoscaler acts", func() (bool, error) {
		now, err := s.ReadStatus(ctx)
		if err != nil {
			return false, err
		}
		side := now.Colors[now.Active]
		n = side.Ready()
		if !enough(n) || side.Want != n {
			return false, nil
		}
		around, err := s.ClusterStatus(ctx)
		return around != nil && around.Scaler != nil, err
	})
	return n, err
}

// compareWithColleague is somebody with the same kubeconfig and an empty state folder.
func (s *story) compareWithColleague(ctx context.Context) (string, error) {
	state := filepath.Join(s.Dir, "colleague")
	mine, err := s.ReadStatus(ctx)
	if err != nil {
		return "", err
	}
	theirs, err := s.StatusOf(ctx, state)
	if err != nil {
		return "", err
	}
	if mine.Active != theirs.Active || mine.Revision != theirs.Revision || !sameVersions(mine, theirs) {
		return "", fmt.Errorf("one sees %+v\nthe other %+v", mine, theirs)
	}
	a, err := s.runSuccessfully(ctx, "history", "-o", "json")
	if err != nil {
		return "", err
	}
	b, err := s.runSuccessfully(ctx, "history", "-o", "json", "--state", state)
	if err == nil && a.Out != b.Out {
		err = fmt.Errorf("one has the history\n%s\nthe other\n%s", a.Out, b.Out)
	}
	return "same status and same history from an empty state folder", err
}

func sameVersions(a, b deploy.Observed) bool {
	for c, side := range a.Colors {
		other, ok := b.Colors[c]
		if !ok || side.Version != other.Version || side.Image != other.Image || side.Want != other.Want {
			return false
		}
	}
	return len(a.Colors) == len(b.Colors)
}
