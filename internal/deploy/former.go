package deploy

import (
	"context"
	"fmt"

	"version-manager/internal/color"
	"version-manager/internal/journal"
	"version-manager/internal/release"
)

// former finds the record of a release that was deployed before: the plan of
// a deploy says what gets the traffic, and of what had it only the version.
func former(ctx context.Context, j journal.Reader, v release.Version) (release.Release, error) {
	past, err := Backward(ctx, j)
	if err != nil {
		return release.Release{}, err
	}
	for run := range past { // what cannot be read of one does not hide the others
		if run.Plan.To() == v {
			return run.Plan.Release, nil
		}
	}
	return release.Release{}, fmt.Errorf("no journal has the record of %s", v)
}

// specOf is what a color is to run in this deploy. It keeps the secrets that
// it has.
func (r *runner) specOf(ctx context.Context, c color.Color) (Spec, error) {
	p := r.run.Plan
	if c == p.New {
		return Spec{Release: p.Release, Replicas: p.Replicas}, nil
	}
	rel, err := former(ctx, r.target.History(), p.From)
	spec := Spec{Release: rel, Replicas: p.Replicas}
	for _, name := range rel.Config.Secrets {
		if value, ok := r.secrets[name]; ok {
			if spec.Spare == nil {
				spec.Spare = map[string]string{}
			}
			spec.Spare[name] = value
		}
	}
	return spec, err
}

// name adds to what was observed which version the active color would run if
// nobody had deleted it: the way back starts that again.
func (e *Engine) name(ctx context.Context, now *Observed) error {
	side := now.Colors[now.Active]
	if now.Active == color.None || side.Version != "" {
		return nil
	}
	past, err := Backward(ctx, e.target.History())
	if err != nil {
		return err
	}
	for run := range past {
		switch {
		case run.Plan.New == now.Active && run.Phase != Reverted:
			side.Version = run.Plan.To()
		case run.Plan.Old == now.Active:
			side.Version = run.Plan.From
		}
		if side.Version != "" {
			now.Colors[now.Active] = side
			return nil
		}
	}
	return nil
}
