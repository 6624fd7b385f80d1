package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"version-manager/internal/color"
	"version-manager/internal/journal"
	"version-manager/internal/release"
)

// findRelease finds the record of a release that was deployed before: the plan
// of a deploy has the release that gets the traffic, and only the version of
// the one that had it.
func findRelease(ctx context.Context, j journal.Reader, v release.Version) (release.Release, error) {
	runs, err := NewestFirst(ctx, j)
	if err != nil {
		return release.Release{}, err
	}
	for run := range runs { // a damaged journal does not hide the others
		if run.Plan.To() == v {
			return run.Plan.Release, nil
		}
	}
	return release.Release{}, fmt.Errorf("no journal contains %s", v)
}

// specOf is what a color runs in this deploy. It keeps the secrets that it has.
func (d *deployment) specOf(ctx context.Context, c color.Color) (Spec, error) {
	p := d.run.Plan
	if c == p.New {
		return Spec{Release: p.Release, Replicas: p.Replicas}, nil
	}
	rel, err := findRelease(ctx, d.target.JournalReader(), p.From)
	spec := Spec{Release: rel, Replicas: p.Replicas}
	for _, name := range rel.Config.Secrets {
		if value, ok := d.secrets[name]; ok {
			if spec.Spare == nil {
				spec.Spare = map[string]string{}
			}
			spec.Spare[name] = value
		}
	}
	return spec, err
}

// noteLostSecrets says which secrets a color lacks that is started again after
// it was stopped. Its own ended with it, and the caller may not know them.
func (d *deployment) noteLostSecrets(ctx context.Context, now Observed, c color.Color, spec Spec) {
	if now.Colors[c].Version != "" {
		return // it runs, with what it was started with
	}
	var kept []string
	if k, ok := d.lock.Session.(SecretKeeper); ok {
		var err error
		if kept, err = k.KeptSecrets(ctx, c, spec.Release.Config.Secrets); err != nil {
			return // starting it is more urgent, and meets the same trouble
		}
	}
	lost := slices.DeleteFunc(slices.Clone(spec.Release.Config.Secrets), func(name string) bool {
		_, spare := spec.Spare[name]
		return slices.Contains(kept, name) || kept == nil && spare
	})
	if len(lost) > 0 {
		d.addRemark("%s (%s) is started without %s: it lost its secrets when it was stopped, and they are not set here",
			c, spec.Release.Version, strings.Join(lost, ", "))
	}
}

// nameActive adds to an observation which version the active color would run if
// nobody had deleted it: a rollback starts that again.
func (e *Engine) nameActive(ctx context.Context, now *Observed) error {
	side := now.Colors[now.Active]
	if now.Active == color.None || side.Version != "" {
		return nil
	}
	runs, err := NewestFirst(ctx, e.target.JournalReader())
	if err != nil {
		return err
	}
	for run := range runs {
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

// Secrets are the values of an app's secret variables by their names. They are
// bytes: as JSON a value that is no text is written as {"base64": "…"}, since
// a string would lose it.
type Secrets map[string]string

type binary struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON implements [json.Marshaler].
func (s Secrets) MarshalJSON() ([]byte, error) {
	if s == nil {
		return []byte("null"), nil
	}
	out := make(map[string]any, len(s))
	for name, value := range s {
		out[name] = value
		if !utf8.ValidString(value) {
			out[name] = binary{[]byte(value)}
		}
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements [json.Unmarshaler].
func (s *Secrets) UnmarshalJSON(b []byte) error {
	var in map[string]json.RawMessage
	if err := json.Unmarshal(b, &in); err != nil || in == nil {
		*s = nil
		return err
	}
	*s = make(Secrets, len(in))
	for name, raw := range in {
		var text string
		if json.Unmarshal(raw, &text) == nil {
			(*s)[name] = text
			continue
		}
		var value binary
		if err := json.Unmarshal(raw, &value); err != nil || value.Base64 == nil {
			return fmt.Errorf("secret %s is neither text nor base64", name) // without the value
		}
		(*s)[name] = string(value.Base64)
	}
	return nil
}
