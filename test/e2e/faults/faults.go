package main

import (
	"context"
	"encoding/json"
	"fmt"

	"version-manager/internal/deploy"
	"version-manager/internal/progress"
	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

func allFaults() []fault {
	onTime := []int{0}
	eitherWay := []int{0, 3}
	return append([]fault{
		{name: "none", did: "a good deploy, to compare with", codes: onTime, show: (*bench).deployUndisturbed},
		{name: "CLI killed, resumed", did: "kill -9 before each write to the journal, then resume", codes: onTime, show: (*bench).killedAndResumed},
		{name: "CLI killed, rolled back", did: "kill -9 after each write to the journal, then rollback", codes: onTime, show: (*bench).killedAndTakenBack},
		{name: "two CLIs at once", did: "two deploys started together: one wins, one gets exit code 6", codes: onTime, show: (*bench).twoAtOnce},
		{name: "API server killed", did: "kill -9 of the API server when the switch begins", codes: eitherWay, show: (*bench).apiServerKilled},
		{name: "Traefik pod killed", did: "kill -9 of the Traefik on one node when the switch begins", codes: eitherWay,
			allowed: requestRate, why: "what that pod was answering breaks off with it, and kube-proxy sends to it until the endpoint is gone", show: (*bench).traefikKilled},
		{name: "worker killed", did: "a worker loses power in bake, users come by another node", version: "v2.4.0", codes: []int{0, 3}, entrance: "10.213.0.11",
			allowed: requestRate / 2 * 30, why: "one of two Traefik pods was there, and kube-proxy sends to it until the cluster calls the node dead, 20 to 25 s after its last sign of life", show: (*bench).workerKilled},
		{name: "one instance", did: "a deploy with a single instance", codes: onTime, show: (*bench).oneInstance},
		{name: "scaled up meanwhile", did: "load makes the autoscaler add instances during the gate", version: "v2.3.0", codes: onTime, show: (*bench).scaledUp},
		{name: "ready, then 500", did: "the new version answers 500 a second after the switch", version: "v2.0.0", codes: []int{3},
			allowed: requestRate * 2, why: "the first failure rolls the deploy back; users reach the version until the rollback is confirmed", show: (*bench).deployUndisturbed},
		{name: "crash loop", did: "the new version exits at its start", version: "v2.1.0", codes: []int{3}, show: (*bench).deployUndisturbed},
		{name: "image missing", did: "the nodes do not have the image", version: "v2.2.0", codes: []int{3}, show: (*bench).imageMissing},
		{name: "one proxy lags 30 s", did: "a Traefik pod is cut off the API server when the switch begins, for 30 s", codes: eitherWay, show: (*bench).proxyLags},
	}, append(frozenFaults(), meddlingFaults()...)...)
}

// deployVersion runs zero-downtime, on is called with each event.
func (b *bench) deployVersion(ctx context.Context, version string, on func(progress.Event)) (rig.Result, error) {
	return b.FollowEvents(ctx, nil, on, "zero-downtime", version)
}

// deployUndisturbed deploys and breaks nothing: what is wrong is in the version.
func (b *bench) deployUndisturbed(ctx context.Context) (rig.Result, error) {
	return b.deployVersion(ctx, b.version, nil)
}

// deployAndBreak deploys and breaks something when a step begins.
func (b *bench) deployAndBreak(ctx context.Context, step string, breakIt func() error) (rig.Result, error) {
	done := make(chan error, 1)
	begun := false
	res, err := b.deployVersion(ctx, b.version, func(e progress.Event) {
		if !begun && lab.StepBegins(e, step) {
			begun = true
			go func() { done <- breakIt() }() // the deploy goes on meanwhile
		}
	})
	switch {
	case err != nil:
		return res, err
	case !begun:
		return res, fmt.Errorf("the deploy had no step %s", step)
	}
	return res, <-done
}

func (b *bench) twoAtOnce(ctx context.Context) (rig.Result, error) {
	type end struct {
		res rig.Result
		err error
	}
	ends := make(chan end, 2)
	for range 2 {
		go func() {
			res, err := b.deployVersion(ctx, b.version, nil)
			ends <- end{res, err}
		}()
	}
	first, second := <-ends, <-ends
	switch {
	case first.err != nil:
		return first.res, first.err
	case second.err != nil:
		return second.res, second.err
	}
	codes := [2]int{min(first.res.Code, second.res.Code), max(first.res.Code, second.res.Code)}
	if codes != [2]int{0, 6} {
		return first.res, fmt.Errorf("exit codes %v, want 0 and 6", codes)
	}
	return rig.Result{}, nil
}

// oneInstance goes to versions without an autoscaler, which may run alone, and
// back when it was shown.
func (b *bench) oneInstance(ctx context.Context) (rig.Result, error) {
	alone := usualVersion()
	alone.Replicas, alone.Max = 1, 0
	for _, v := range []string{"v3.0.0", "v3.1.0"} {
		if err := b.CreateVersion(ctx, v, alone); err != nil {
			return rig.Result{}, err
		}
	}
	for _, words := range [][]string{{"deploy", "v3.0.0"}, {"scale", "1"}} {
		if err := b.MustRun(ctx, words...); err != nil {
			return rig.Result{}, err
		}
	}
	res, err := b.deployVersion(ctx, "v3.1.0", nil)
	if err != nil || res.Code != 0 {
		return res, err
	}
	for _, words := range [][]string{{"deploy", b.version}, {"scale", "2"}} {
		if err := b.MustRun(ctx, words...); err != nil {
			return rig.Result{}, err
		}
	}
	return res, nil
}

// imageMissing deploys while images are loaded by a command that does nothing.
// How images get to the nodes is said by the work tree, not by a version, so
// another version is made afterwards.
func (b *bench) imageMissing(ctx context.Context) (rig.Result, error) {
	v := usualVersion()
	v.Extra = `  load: [sh, -c, "cat >/dev/null", "{node}"]` + "\n"
	if err := b.CreateVersion(ctx, b.version, v); err != nil {
		return rig.Result{}, err
	}
	res, err := b.deployUndisturbed(ctx)
	if err != nil {
		return res, err
	}
	return res, b.CreateVersion(ctx, "v2.2.1", usualVersion())
}

// checkEnded checks that no deploy is left unfinished.
func (b *bench) checkEnded(ctx context.Context) (broken string, err error) {
	res, err := b.RunCommand(ctx, nil, "history", "-o", "json")
	if err != nil {
		return "", err
	}
	var runs []struct {
		ID    string
		Phase deploy.Phase
		To    string
	}
	if err := json.Unmarshal([]byte(res.Out), &runs); err != nil {
		return "", fmt.Errorf("history: %w in %q", err, res.Out)
	}
	if len(runs) == 0 || !runs[0].Phase.Ended() { // newest first
		return fmt.Sprintf("the newest deploy is left unfinished: %+v", runs[:min(1, len(runs))]), nil
	}
	return "", nil
}
