package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"version-manager/internal/deploy"
	"version-manager/test/rig"
)

// untilRetiring is where the command line dies: after it has written to the
// journal that it will stop the old color, and before it stops it.
const untilRetiring = "after:22"

// switchedBack kills a deploy when it begins to retire the old color, lets
// somebody give the traffic back to that one, and finishes the deploy with a
// command. Whatever that is, it must not stop the color that users are on.
func switchedBack(command string) func(*bench, context.Context) (rig.Result, error) {
	return func(b *bench, ctx context.Context) (rig.Result, error) {
		before, err := b.ReadStatus(ctx)
		if err != nil {
			return rig.Result{}, err
		}
		res, err := b.RunCommand(ctx, []string{"VERSION_MANAGER_KILL=" + untilRetiring}, "deploy", b.version, "--progress", "plain")
		if err != nil {
			return res, err
		}
		phase, err := b.newestPhase(ctx)
		if err != nil || phase != deploy.Retiring {
			return res, errors.Join(err, fmt.Errorf("killed while %s, want %s", phase, deploy.Retiring))
		}
		if err := b.runKubectl(ctx, before, givenBack()...); err != nil {
			return res, err
		}
		return b.finishDeploy(ctx, command)
	}
}

// givenBack is what a GitOps tool does that knows an older route.
func givenBack() []string {
	return []string{"patch", "httproute/{app}", "--field-manager=argocd-controller", "--type=json", "-p",
		`[{"op":"replace","path":"/spec/rules/0/backendRefs/0/name","value":"{old}"}]`}
}

// newestPhase is where the newest deploy stands.
func (b *bench) newestPhase(ctx context.Context) (deploy.Phase, error) {
	res, err := b.RunCommand(ctx, nil, "history", "-o", "json")
	if err != nil {
		return "", err
	}
	var runs []struct{ Phase deploy.Phase }
	if err := json.Unmarshal([]byte(res.Out), &runs); err != nil {
		return "", fmt.Errorf("history: %w in %q", err, res.Out)
	}
	if len(runs) == 0 {
		return "", fmt.Errorf("there is no history: %s", res.Err)
	}
	return runs[0].Phase, nil
}
