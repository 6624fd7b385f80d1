package deploy

import "fmt"

// Phase is the state of a deploy. Every change is journaled.
type Phase string

const (
	Planned   Phase = "planned"   // journaled, nothing done yet
	Preparing Phase = "preparing" // state is backed up, the standby color starts
	Gating    Phase = "gating"    // the standby color must show that it is healthy
	Switching Phase = "switching" // the route changes
	Baking    Phase = "baking"    // the new color has the traffic and is watched
	Draining  Phase = "draining"  // the old color finishes what it began
	Retiring  Phase = "retiring"  // the old color stops; failures no longer roll back
	Done      Phase = "done"      // the wanted release has the traffic
	Reverting Phase = "reverting" // the deploy is rolled back
	Reverted  Phase = "reverted"  // nothing of the deploy is left
	Stuck     Phase = "stuck"     // failed and could not be rolled back: nothing is removed, manual action is needed
	Diverted  Phase = "diverted"  // somebody else changed the route meanwhile: both colors are kept
)

// Trigger is what moves a deploy from one phase to the next.
type Trigger string

const (
	Began       Trigger = "began"
	Succeeded   Trigger = "succeeded"   // the phase's last step is done
	Failed      Trigger = "failed"      // one of its steps failed
	Interrupted Trigger = "interrupted" // a person pressed Ctrl-C
	Recalled    Trigger = "recalled"    // a person rolls back what another process left unfinished
	Resumed     Trigger = "resumed"     // a person asks a stuck deploy to try the rollback again
	Watched     Trigger = "watched"     // Retried, in the journals of earlier versions
	Retried     Trigger = "retried"     // a person asks to watch a stuck version again that has the traffic
	Overruled   Trigger = "overruled"   // somebody else gave the traffic to another color
	Removed     Trigger = "removed"     // a person has the app removed, and with it what the deploy had begun
)

// transitions is the whole state machine. What is not listed is refused.
// Until Retiring every failure leads back to the old color, which is started
// again if somebody has stopped it. Once it is being stopped, the step that
// failed is repeated until it succeeds; a person may still roll back.
func transitions() map[Phase]map[Trigger]Phase {
	return map[Phase]map[Trigger]Phase{
		Planned:   {Began: Preparing, Failed: Reverting, Interrupted: Reverting, Recalled: Reverting, Removed: Reverted},
		Preparing: {Succeeded: Gating, Failed: Reverting, Interrupted: Reverting, Recalled: Reverting, Removed: Reverted},
		Gating:    {Succeeded: Switching, Failed: Reverting, Interrupted: Reverting, Recalled: Reverting, Removed: Reverted},
		Switching: {Succeeded: Baking, Failed: Reverting, Interrupted: Reverting, Recalled: Reverting, Overruled: Diverted, Removed: Reverted},
		Baking:    {Succeeded: Draining, Failed: Reverting, Interrupted: Reverting, Recalled: Reverting, Overruled: Diverted, Removed: Reverted},
		Draining:  {Succeeded: Retiring, Failed: Reverting, Interrupted: Done, Recalled: Reverting, Overruled: Diverted, Removed: Reverted},
		Retiring:  {Succeeded: Done, Failed: Retiring, Interrupted: Retiring, Recalled: Reverting, Overruled: Diverted, Removed: Reverted},
		Reverting: {Succeeded: Reverted, Failed: Stuck, Interrupted: Reverting, Recalled: Reverting, Overruled: Diverted, Removed: Reverted},
		Stuck:     {Resumed: Reverting, Recalled: Reverting, Retried: Switching, Watched: Baking, Removed: Reverted},
	}
}

// Next returns the phase that t leads to.
func (p Phase) Next(t Trigger) (Phase, error) {
	if next, ok := transitions()[p][t]; ok {
		return next, nil
	}
	return p, fmt.Errorf("event %s is not allowed in phase %s", t, p)
}

// Ended reports whether nothing is left to do. A stuck deploy has not ended.
func (p Phase) Ended() bool { return p == Done || p == Reverted || p == Diverted }

// Phases returns all phases, those of a successful deploy first.
func Phases() []Phase {
	return []Phase{Planned, Preparing, Gating, Switching, Baking, Draining, Retiring, Done, Reverting, Reverted, Stuck, Diverted}
}

// Triggers returns all triggers.
func Triggers() []Trigger {
	return []Trigger{Began, Succeeded, Failed, Interrupted, Recalled, Resumed, Watched, Retried, Overruled, Removed}
}
