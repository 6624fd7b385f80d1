package main

import (
	"context"
	"fmt"
	"os/exec"
	"strings"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

// meddlingRate is the rate under which others meddle: what a small shop has, so that
// one instance can carry all of it.
const meddlingRate = 50

// meddlingFaults are the faults in which somebody else changes what a deploy relies
// on. Each has to end by itself: nothing is left to a person where a command
// could know the way.
func meddlingFaults() []fault {
	onTime, takenBack, eitherWay := []int{0}, []int{3}, []int{0, 3}
	const untilConfirmed = "users reach the version until the rollback is confirmed; the old one has been started again by then"
	list := []fault{
		{name: "old color scaled to 0", did: "the old Deployment is scaled to 0 in bake, then the new version answers 500", version: "v2.5.0", codes: takenBack,
			allowed: meddlingRate * 3, why: untilConfirmed, show: changeDuring("bake", "scale", "deployment/{old}", "--replicas=0")},
		{name: "old color deleted", did: "the old Deployment is deleted in bake, then the new version answers 500", version: "v2.5.0", codes: takenBack,
			allowed: meddlingRate * 3, why: untilConfirmed, show: changeDuring("bake", "delete", "deployment/{old}", "--wait=false")},
		{name: "old color has fewer", did: "the old Deployment is scaled to 1 in bake, then the new version answers 500", version: "v2.5.0", codes: takenBack,
			allowed: meddlingRate * 3, why: untilConfirmed, show: changeDuring("bake", "scale", "deployment/{old}", "--replicas=1")},
		{name: "route set back", did: "a GitOps tool applies the old route again in bake", codes: []int{10},
			show: changeDuring("bake", givenBack()...)},
		{name: "retiring, set back, resumed", did: "kill -9 just before the old color is stopped, a GitOps tool applies the old route, then resume", codes: []int{10},
			show: switchedBack("resume")},
		{name: "retiring, set back, rolled back", did: "the same, then rollback", codes: onTime, show: switchedBack("rollback")},
		{name: "route deleted", did: "the public route is deleted in bake", codes: eitherWay,
			allowed: meddlingRate * 4, why: "the gateway answers 404 until it has heard of the new route", show: changeDuring("bake", "delete", "httproute/{app}")},
		{name: "preview deleted", did: "the preview's route is deleted in the gate", codes: onTime,
			show: changeDuring("gate", "delete", "httproute/{app}-preview")},
		{name: "new color scaled down", did: "the new Deployment is scaled to 1 in bake", codes: onTime,
			show: changeDuring("bake", "scale", "deployment/{new}", "--replicas=1")},
		{name: "new color edited", did: "somebody sets a variable of the new Deployment in bake", codes: takenBack,
			show: changeDuring("bake", "set", "env", "deployment/{new}", "EDITED=1")},
		{name: "service edited", did: "the selector of the new Service is edited in bake", codes: eitherWay,
			allowed: meddlingRate * 6, why: "the gateway has no instance to send to until the selector is put right", show: changeDuring("bake", "patch", "service/{new}", "--type=merge", "-p",
				`{"spec":{"selector":{"version-manager.io/color":"red"}}}`)},
		{name: "autoscaler deleted", did: "the autoscaler is deleted in bake", codes: onTime, show: changeDuring("bake", "delete", "hpa/{app}")},
		{name: "all around deleted", did: "network policy, service account, disruption budgets and autoscaler are deleted in the gate", codes: onTime,
			show: changeDuring("gate", "delete", "networkpolicy/{app}", "serviceaccount/{app}", "poddisruptionbudget/{old}", "poddisruptionbudget/{new}", "hpa/{app}")},
	}
	for i := range list {
		list[i].rate = meddlingRate
	}
	return list
}

// changeDuring deploys, and somebody else runs kubectl when a step begins.
func changeDuring(step string, args ...string) func(*bench, context.Context) (rig.Result, error) {
	return func(b *bench, ctx context.Context) (rig.Result, error) {
		now, err := b.ReadStatus(ctx)
		if err != nil {
			return rig.Result{}, err
		}
		return b.deployAndBreak(ctx, step, func() error { return b.runKubectl(ctx, now, args...) })
	}
}

// runKubectl changes something as somebody would who does not know this tool.
func (b *bench) runKubectl(ctx context.Context, before deploy.Observed, args ...string) error {
	side := func(c color.Color) string { return b.App + "-" + string(c) }
	names := strings.NewReplacer("{app}", b.App, "{old}", side(before.Active), "{new}", side(before.Active.Other()))
	all := []string{"--kubeconfig", lab.KubeconfigFile, "--namespace", b.App}
	for _, a := range args {
		all = append(all, names.Replace(a))
	}
	if out, err := exec.CommandContext(ctx, "kubectl", all...).CombinedOutput(); err != nil {
		return fmt.Errorf("kubectl %s: %w: %s", strings.Join(all, " "), err, out)
	}
	return nil
}
