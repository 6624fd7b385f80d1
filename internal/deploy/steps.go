package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
)

// A step is one change of a deploy, or one thing to wait for. It must be safe
// to repeat: after a crash the journal says that it began, not how far it
// came. Running it returns a detail for people.
type step struct {
	name     string
	phase    Phase
	describe func(Plan) string
	run      func(*executor) func(context.Context) (detail string, err error)
}

const (
	stepBackup  = "back up"
	stepStart   = "start"
	stepGate    = "gate"
	stepSmoke   = "smoke"
	stepSwitch  = "switch"
	stepConfirm = "confirm"
	stepBake    = "bake"
	stepWatch   = "watch"
	stepDrain   = "drain"
	stepRetire  = "retire"
	stepDiscard = "discard"
)

// defaultWatchTime is how long a deploy without bake watches the new color
// before the old one goes, so that a version which fails at once can still be
// rolled back.
const defaultWatchTime = 2 * time.Second

type stepFunc = func(context.Context) (string, error)

// steps returns all steps of a deploy, in order.
func steps(k Kind, old color.Color) []step {
	list := []step{
		{stepBackup, Preparing, func(Plan) string { return "save a copy of the target's state" }, func(x *executor) stepFunc { return x.starter.backupState }},
		{stepStart, Preparing, describeStart, func(x *executor) stepFunc { return x.starter.startColor }},
		{stepGate, Gating, describeGate, func(x *executor) stepFunc { return x.gate.passGate }},
	}
	if k != Plain {
		list = append(list, step{stepSmoke, Gating, describeSmoke, func(x *executor) stepFunc { return x.gate.runSmokeTests }})
	}
	list = append(list,
		step{stepSwitch, Switching, describeSwitch, func(x *executor) stepFunc { return x.router.switchRoute }},
		step{stepConfirm, Switching, func(Plan) string { return "wait until every ingress routes to the new color" }, func(x *executor) stepFunc { return x.router.confirmSwitch }},
	)
	if k == ZeroDowntime {
		list = append(list, step{stepBake, Baking, describeBake, func(x *executor) stepFunc { return x.watcher.bakeColor }})
	} else {
		list = append(list, step{stepWatch, Baking, describeWatch, func(x *executor) stepFunc { return x.watcher.watchBriefly }})
	}
	if k == Plain && old != color.None {
		list = append(list,
			step{stepDrain, Draining, describeDrain, func(x *executor) stepFunc { return x.retirer.drainOld }},
			step{stepRetire, Retiring, describeRetire, func(x *executor) stepFunc { return x.retirer.retireOld }},
		)
	}
	return list
}

// rollbackSteps undo a deploy from wherever it stands.
func rollbackSteps() []step {
	return []step{
		{"start back", Reverting, nil, func(x *executor) stepFunc { return x.reverse.startOld }},
		{"switch back", Reverting, nil, func(x *executor) stepFunc { return x.reverse.switchBack }},
		{"confirm back", Reverting, nil, func(x *executor) stepFunc { return x.reverse.confirmOld }},
		{stepDiscard, Reverting, nil, func(x *executor) stepFunc { return x.reverse.discardNew }},
	}
}

func describeStart(p Plan) string {
	switch {
	case p.Warm:
		return fmt.Sprintf("%s is on standby in %s: scale it to %s", p.To(), p.New, instances(p.Replicas))
	case p.Evicts != "":
		return fmt.Sprintf("start %s of %s in %s, which stops %s there", instances(p.Replicas), p.To(), p.New, p.Evicts)
	}
	return fmt.Sprintf("start %s of %s in %s", instances(p.Replicas), p.To(), p.New)
}

func describeGate(p Plan) string {
	g := p.gateConfig()
	return fmt.Sprintf("%d healthy answers in a row over at least %s, all instances ready", g.Healthy, g.For)
}

func describeSmoke(p Plan) string {
	return fmt.Sprintf("%d requests to the preview address", len(p.Release.Config.Smoke))
}

func describeSwitch(p Plan) string {
	if p.Old == color.None {
		return fmt.Sprintf("send all traffic to %s (%s)", p.New, p.To())
	}
	return fmt.Sprintf("send all new requests to %s (%s) instead of %s (%s)", p.New, p.To(), p.Old, p.From)
}

func describeBake(p Plan) string {
	if p.Old == color.None {
		return fmt.Sprintf("watch %s for %s", p.New, p.Release.Config.Bake)
	}
	return fmt.Sprintf("watch %s for %s, roll back at the first failure", p.New, p.Release.Config.Bake)
}

func describeWatch(p Plan) string { return fmt.Sprintf("watch %s for %s", p.New, defaultWatchTime) }

func describeDrain(p Plan) string {
	return fmt.Sprintf("wait until nothing is in flight on %s, for at most %s", p.Old, p.Release.Config.Drain)
}

func describeRetire(p Plan) string { return fmt.Sprintf("stop %s (%s)", p.Old, p.From) }

func instances(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", n)
}
