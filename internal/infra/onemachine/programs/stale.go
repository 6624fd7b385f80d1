package programs

import (
	"bytes"
	"context"
	"strings"

	"version-manager/internal/kit/problem"
)

// stale returns which share of each program is not in Go's cache, from 0 to
// 1. Packages count for the first program that has them, as in the table's
// prices. It also brings the modules here, so that nothing else has to.
func stale(ctx context.Context, dir string, list []program, tell func(note string)) ([]float64, error) {
	shares := make([]float64, 0, len(list))
	seen := map[string]bool{}
	for _, p := range list {
		cmd := goCommand(ctx, dir, "list", "-trimpath", "-deps", "-f", "{{.ImportPath}} {{.Stale}}", p.pkg)
		var packages bytes.Buffer
		cmd.Stdout = &packages
		said, err := run(ctx, cmd, tell)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, problem.Wrap(err, problem.Failed, "cd "+dir+" && go list -deps "+p.pkg, "find the packages of %s", p.name).With(said.lines()...)
		}
		shares = append(shares, share(packages.String(), seen))
	}
	return shares, nil
}

// share reads lines of path and "true" or "false", and remembers the paths.
func share(packages string, seen map[string]bool) float64 {
	var all, todo float64
	for line := range strings.Lines(packages) {
		path, state, _ := strings.Cut(strings.TrimSpace(line), " ")
		if path == "" || seen[path] {
			continue
		}
		seen[path] = true
		all++
		if state == "true" {
			todo++
		}
	}
	if all == 0 {
		return 0
	}
	return todo / all
}
