package deploy

import (
	"context"
	"fmt"
	"time"

	"version-manager/internal/color"
)

// A step is one change on the way, or one thing to wait for. It must be safe
// to repeat: after a crash the journal says that it began, not how far it
// came. It returns what is worth knowing about it.
type step struct {
	name  string
	phase Phase
	what  func(Plan) string
	do    func(*runner, context.Context) (detail string, err error)
}

const (
	stepStart   = "start"
	stepSwitch  = "switch"
	stepConfirm = "confirm"
	stepBake    = "bake"
	stepWatch   = "watch"
)

// settle is how long a deploy without bake looks at the new color before the
// old one goes, so that a version which fails at once can still be taken back.
const settle = 2 * time.Second

// steps is the whole story of a deploy, in order.
func steps(k Kind, old color.Color) []step {
	list := []step{
		{"back up", Preparing, func(Plan) string { return "save a copy of the target's state" }, (*runner).backup},
		{stepStart, Preparing, whatStart, (*runner).start},
		{"gate", Gating, whatGate, (*runner).gate},
	}
	if k != Plain {
		list = append(list, step{"smoke", Gating, whatSmoke, (*runner).smoke})
	}
	list = append(list,
		step{stepSwitch, Switching, whatSwitch, (*runner).switchOver},
		step{stepConfirm, Switching, func(Plan) string { return "wait until the ingress confirms the switch" }, (*runner).confirm},
	)
	if k == ZeroDowntime {
		list = append(list, step{stepBake, Baking, whatBake, (*runner).bake})
	} else {
		list = append(list, step{stepWatch, Baking, whatWatch, (*runner).settle})
	}
	if k == Plain && old != color.None {
		list = append(list,
			step{"drain", Draining, whatDrain, (*runner).drain},
			step{"retire", Retiring, whatRetire, (*runner).retire},
		)
	}
	return list
}

// wayBack is what undoes a deploy from wherever it stands.
func wayBack() []step {
	return []step{
		{"start back", Reverting, nil, (*runner).startBack},
		{"switch back", Reverting, nil, (*runner).switchBack},
		{"confirm back", Reverting, nil, (*runner).confirmBack},
		{"discard", Reverting, nil, (*runner).discard},
	}
}

func whatStart(p Plan) string {
	switch {
	case p.Warm:
		return fmt.Sprintf("%s is on standby in %s: scale it to %s", p.To(), p.New, instances(p.Replicas))
	case p.Evicts != "":
		return fmt.Sprintf("start %s of %s in %s, which stops %s there", instances(p.Replicas), p.To(), p.New, p.Evicts)
	}
	return fmt.Sprintf("start %s of %s in %s", instances(p.Replicas), p.To(), p.New)
}

func whatGate(p Plan) string {
	g := p.gate()
	return fmt.Sprintf("%d healthy answers in a row over at least %s, all instances ready", g.Healthy, g.For)
}

func whatSmoke(p Plan) string {
	return fmt.Sprintf("%d requests to the preview address", len(p.Release.Config.Smoke))
}

func whatSwitch(p Plan) string {
	if p.Old == color.None {
		return fmt.Sprintf("send all traffic to %s (%s)", p.New, p.To())
	}
	return fmt.Sprintf("send all new requests to %s (%s) instead of %s (%s)", p.New, p.To(), p.Old, p.From)
}

func whatBake(p Plan) string {
	if p.Old == color.None {
		return fmt.Sprintf("watch %s for %s", p.New, p.Release.Config.Bake)
	}
	return fmt.Sprintf("watch %s for %s, go back at the first failure", p.New, p.Release.Config.Bake)
}

func whatWatch(p Plan) string { return fmt.Sprintf("watch %s for %s", p.New, settle) }

func whatDrain(p Plan) string {
	return fmt.Sprintf("wait until nothing is in flight on %s, %s at most", p.Old, p.Release.Config.Drain)
}

func whatRetire(p Plan) string { return fmt.Sprintf("stop %s (%s)", p.Old, p.From) }

func instances(n int) string {
	if n == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", n)
}

// watchStep is the step in which a deploy looks after the new color.
func (r *runner) watchStep() string {
	if r.run.Plan.Kind == ZeroDowntime {
		return stepBake
	}
	return stepWatch
}
