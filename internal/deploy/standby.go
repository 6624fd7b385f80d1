package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
)

// minRestartTimeout is how long the old color may at least take to be ready
// again during a rollback.
const minRestartTimeout = 10 * time.Second

// standbyKeeper keeps the old color running while the new one is watched.
// Somebody may scale it down or delete it meanwhile. It is started again at
// once and not when the new color fails, because users would then have to wait
// for it.
type standbyKeeper struct {
	d       *deployment
	scaler  *scaler
	started int // how often it was started again
}

// keepStarted starts the old color again if it has been asked for fewer
// instances than it had at the switch. It does not wait for them.
func (k *standbyKeeper) keepStarted(ctx context.Context, now Observed) {
	d, p := k.d, k.d.run.Plan
	if d.run.Phase != Baking || !d.run.canRollBack() || p.Old == color.None || now.Active != p.New {
		return
	}
	if k.scaler.pending != nil && k.scaler.pending.hasEnded() {
		k.scaler.awaitPending()
	}
	side, want := now.Colors[p.Old], d.run.oldReplicas()
	if side.Want >= want || k.scaler.pending != nil || k.started >= maxRepairs {
		return
	}
	k.started++
	spec, err := d.specOf(ctx, p.Old)
	if err != nil {
		k.started = maxRepairs
		d.addRemark("%s (%s) was stopped by somebody else and cannot be started again: %v", p.Old, p.From, err)
		return
	}
	what := fmt.Sprintf("scaled to %d", side.Want)
	if side.Version == "" {
		what = "deleted"
	}
	d.addRemark("%s (%s) was %s by somebody else and is brought to %s again, so that a rollback stays possible", p.Old, p.From, what, instances(want))
	d.noteLostSecrets(ctx, now, p.Old, spec)
	spec.Replicas = want
	k.scaler.startScaleUp(&scaleUp{color: p.Old, spec: spec}, restartTimeout(spec))
}

// restartTimeout is how long a color that is started again may take.
func restartTimeout(spec Spec) time.Duration {
	return max(minRestartTimeout, spec.Release.Config.Gate.Timeout.Duration)
}

// oldReplicas is how many instances the old color had when it gave the traffic
// away. One that had already been stopped by then had as many as when the
// deploy was planned.
func (r Run) oldReplicas() int {
	if n := r.Baseline.Replicas; n > 0 {
		return n
	}
	return r.Plan.OldReplicas
}
