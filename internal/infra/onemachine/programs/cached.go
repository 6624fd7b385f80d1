package programs

import (
	"bytes"
	"context"
	"strings"

	"version-manager/internal/kit/problem"
)

// uncachedShares returns the share of each program that is not in Go's cache, from
// 0 to 1. A package counts for the first program that has it, as in the costs of
// the table. As a side effect, it downloads all modules.
func uncachedShares(ctx context.Context, dir string, list []program, tell func(note string)) ([]float64, error) {
	shares := make([]float64, 0, len(list))
	seen := map[string]bool{}
	for _, p := range list {
		cmd := goCommand(ctx, dir, "list", "-trimpath", "-deps", "-f", "{{.ImportPath}} {{.Stale}}", p.pkg)
		var packages bytes.Buffer
		cmd.Stdout = &packages
		output, err := runGo(ctx, cmd, tell)
		if err != nil {
			if ctx.Err() != nil {
				return nil, err
			}
			return nil, problem.Wrap(err, problem.Failed, "cd "+dir+" && go list -deps "+p.pkg, "find the packages of %s", p.name).With(output.lastLines()...)
		}
		shares = append(shares, uncachedShare(packages.String(), seen))
	}
	return shares, nil
}

// uncachedShare reads lines such as "fmt false", where true means not in the
// cache. It skips the packages in seen and adds the others to it.
func uncachedShare(packages string, seen map[string]bool) float64 {
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
