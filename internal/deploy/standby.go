package deploy

import (
	"context"
	"fmt"

	"version-manager/internal/color"
)

// standby is the old color while the new one is watched. Somebody may scale it
// down or delete it meanwhile. It is started again at once and not when the new
// color fails, because users would then have to wait for it.
type standby struct {
	r       *runner
	started int // how often it was started again
}

// keep starts the old color again where it has been asked for fewer instances
// than it had at the switch. It does not wait for them.
func (s *standby) keep(ctx context.Context, now Observed) {
	r, p := s.r, s.r.run.Plan
	if r.run.Phase != Baking || !r.run.wayBack() || p.Old == color.None || now.Active != p.New {
		return
	}
	if r.rising != nil && r.rising.ended() {
		r.risen()
	}
	side, want := now.Colors[p.Old], r.run.oldReplicas()
	if side.Want >= want || r.rising != nil || s.started >= restores {
		return
	}
	s.started++
	spec, err := r.specOf(ctx, p.Old)
	if err != nil {
		s.started = restores
		r.remark(fmt.Sprintf("%s (%s) was stopped by somebody else and cannot be started again: %v", p.Old, p.From, err))
		return
	}
	what := fmt.Sprintf("scaled to %d", side.Want)
	if side.Version == "" {
		what = "deleted"
	}
	r.remark(fmt.Sprintf("%s (%s) was %s by somebody else and is brought to %s again: the way back stays open", p.Old, p.From, what, instances(want)))
	r.noteSecrets(ctx, now, p.Old, spec)
	spec.Replicas = want
	l := &lift{r: r, step: r.watchStep(), color: p.Old, spec: spec}
	l.ask(max(patience, spec.Release.Config.Gate.Timeout.Duration))
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

// forgo ends the start of a color that is going to be stopped.
func (r *runner) forgo(c color.Color) {
	if r.rising == nil || r.rising.color != c {
		return
	}
	r.rising.giveUp()
	r.risen()
}
