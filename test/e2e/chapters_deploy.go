package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

// requestRate is how many requests a second come in, at all entrances together.
const requestRate = 100

func (s *story) createVersions(ctx context.Context) (string, error) {
	for _, v := range []string{"v1.0.0", "v1.1.0"} {
		if err := s.CreateVersion(ctx, v, lab.Version{Replicas: 2, Max: 6, Bake: 5 * time.Second}); err != nil {
			return "", err
		}
	}
	return "two versions of " + s.App, nil
}

// firstDeploy deploys. Nobody can be asked whether this is the cluster that is
// meant, so it has to be said.
func (s *story) firstDeploy(ctx context.Context) (string, error) {
	res, err := s.RunCommand(ctx, nil, "deploy", "v1.0.0")
	if err != nil {
		return "", err
	}
	if res.Code != 2 || !strings.Contains(res.Err, "--context") {
		return "", fmt.Errorf("a context never used before: exit code %d, want 2 and the command\n%s", res.Code, res.Err)
	}
	report, err := s.runWithReport(ctx, "deploy", "v1.0.0", "--yes")
	if err != nil {
		return "", err
	}
	all, err := s.ListEntrances(ctx)
	if err != nil {
		return "", err
	}
	s.users, err = s.StartUsers(ctx, requestRate, all...)
	return fmt.Sprintf("%s; users enter by %d addresses", report, len(all)), err
}

func (s *story) deployForward(ctx context.Context) (string, error) {
	seen, err := s.runWithReport(ctx, "zero-downtime", "v1.1.0")
	if err != nil {
		return "", err
	}
	return seen, s.checkActive(ctx, "v1.1.0", 2)
}

func (s *story) rollBack(ctx context.Context) (string, error) {
	seen, err := s.runWithReport(ctx, "rollback")
	if err != nil {
		return "", err
	}
	return seen, s.checkActive(ctx, "v1.0.0", 2)
}

// runWithReport runs a command that ends with a report.
func (s *story) runWithReport(ctx context.Context, args ...string) (string, error) {
	res, err := s.runSuccessfully(ctx, append(args, "-o", "json", "--progress", "plain")...)
	if err != nil {
		return "", err
	}
	report, err := res.ParseReport()
	if err != nil {
		return "", err
	}
	if report.Outcome != "done" || report.Measurement.Failed > 0 {
		return "", fmt.Errorf("%s: %s with %d failed requests", strings.Join(args, " "), report.Outcome, report.Measurement.Failed)
	}
	return fmt.Sprintf("its own probe: 0 of %d failed", report.Measurement.Sent), nil
}

// runSuccessfully runs a command that must succeed.
func (s *story) runSuccessfully(ctx context.Context, args ...string) (rig.Result, error) {
	res, err := s.RunCommand(ctx, nil, args...)
	if err == nil && res.Code != 0 {
		err = fmt.Errorf("version-manager %s: exit code %d\n%s", strings.Join(args, " "), res.Code, res.Err)
	}
	return res, err
}

// checkActive checks which version has the traffic, completely.
func (s *story) checkActive(ctx context.Context, v release.Version, n int) error {
	now, err := s.ReadStatus(ctx)
	if err != nil {
		return err
	}
	side := now.Colors[now.Active]
	if side.Version != v || side.Ready() != n || side.Want != n || now.Lock != nil {
		return fmt.Errorf("want %d of %s active, and nobody deploying: %+v", n, v, now)
	}
	return nil
}

// checkReadOnlyCommands asks all commands that only look, and one that finds what somebody
// changed behind our back.
func (s *story) checkReadOnlyCommands(ctx context.Context) (string, error) {
	for _, tt := range []struct{ args, want string }{
		{"status", "worker-"},
		{"status -o json", `"services"`},
		{"logs --tail 1", s.App + "-"},
		{"plan v1.0.0 --kind zero-downtime", "in context "},
		{"render v1.1.0", "kind: HTTPRoute"},
		{"diff v1.1.0", ""},
	} {
		res, err := s.runSuccessfully(ctx, strings.Fields(tt.args)...)
		if err != nil {
			return "", err
		}
		if !strings.Contains(res.Out, tt.want) {
			return "", fmt.Errorf("%s: %q is not in\n%s", tt.args, tt.want, res.Out)
		}
	}
	return "all answer; a changed Service is found and put right", s.checkDrift(ctx)
}

// checkDrift changes a Service by hand, which diff has to find.
func (s *story) checkDrift(ctx context.Context) error {
	now, err := s.ReadStatus(ctx)
	if err != nil {
		return err
	}
	ref := kube.Ref{Kind: "PodDisruptionBudget", Name: s.App + "-" + string(now.Active)}
	patch := func(value any) error {
		_, err := s.Kube.PatchObject(ctx, ref, map[string]any{"metadata": map[string]any{"labels": map[string]any{"app.kubernetes.io/managed-by": value}}})
		return err
	}
	if err := patch("somebody"); err != nil {
		return err
	}
	res, err := s.RunCommand(ctx, nil, "diff", "v1.1.0", "-o", "json")
	if err != nil {
		return err
	}
	if res.Code != 9 || !strings.Contains(res.Out, ref.Name) {
		return fmt.Errorf("diff after a change by hand: exit code %d, want 9\n%s%s", res.Code, res.Out, res.Err)
	}
	return patch("version-manager")
}

func (s *story) cleanUpApp(ctx context.Context) (string, error) {
	s.stopUsers()
	before, err := s.runSuccessfully(ctx, "history", "-o", "json")
	if err != nil {
		return "", err
	}
	if err := s.runGuide(ctx, s.ProjectDir(), "howto-kubernetes", "remove"); err != nil {
		return "", err
	}
	left, err := s.remainingObjects(ctx)
	if err != nil {
		return "", err
	}
	if len(left) > 0 {
		return "", fmt.Errorf("left behind: %s", strings.Join(left, ", "))
	}
	after, err := s.runSuccessfully(ctx, "history", "-o", "json")
	if err == nil && after.Out != before.Out {
		err = fmt.Errorf("the history changed from\n%s\nto\n%s", before.Out, after.Out)
	}
	return "every object is gone, the history is kept", err
}

// remainingObjects names the app's objects in the cluster apart from its history.
func (s *story) remainingObjects(ctx context.Context) ([]string, error) {
	var left []string
	for _, kind := range []string{"Deployment", "Pod", "Service", "HTTPRoute", "HorizontalPodAutoscaler", "PodDisruptionBudget", "NetworkPolicy"} {
		err := lab.WaitUntil(ctx, time.Minute, "no "+kind+" of the app is left", func() (bool, error) {
			list, err := s.Kube.ListObjects(ctx, kube.Ref{Kind: kind}, "app.kubernetes.io/name="+s.App)
			return err == nil && len(list) == 0, err
		})
		if err != nil {
			left = append(left, err.Error())
		}
	}
	slices.Sort(left)
	return left, ctx.Err()
}
