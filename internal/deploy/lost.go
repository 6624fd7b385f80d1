package deploy

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/color"
)

// noteSecrets says which secrets a color goes without that is started again
// after it was stopped. Its own ended with it, and the caller may not know them.
func (r *runner) noteSecrets(ctx context.Context, now Observed, c color.Color, spec Spec) {
	if now.Colors[c].Version != "" {
		return // it runs, with what it was started with
	}
	var kept []string
	if k, ok := r.hold.Session.(SecretKeeper); ok {
		var err error
		if kept, err = k.KeptSecrets(ctx, c, spec.Release.Config.Secrets); err != nil {
			return // to start it is more urgent, and meets the same trouble
		}
	}
	lost := slices.DeleteFunc(slices.Clone(spec.Release.Config.Secrets), func(name string) bool {
		_, spare := spec.Spare[name]
		return slices.Contains(kept, name) || kept == nil && spare
	})
	if len(lost) > 0 {
		r.remark(fmt.Sprintf("%s (%s) starts without %s: it lost its secrets when it was stopped, and they are not set here",
			c, spec.Release.Version, strings.Join(lost, ", ")))
	}
}
