package gitrepo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// ListOverlooked returns the files whose changes git was told to overlook, by
// assume-unchanged or skip-worktree, and which are changed. They are part of
// no commit, although who made the changes may have forgotten that.
func (r *Repo) ListOverlooked(ctx context.Context) ([]string, error) {
	out, err := r.git.runGit(ctx, "ls-files", "-v", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	var ids, names []string
	for line := range strings.SplitSeq(out, "\x00") {
		if id, name, ok := parseOverlooked(line); ok && r.isFile(name) {
			ids, names = append(ids, id), append(names, name)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return r.findChanged(ctx, ids, names)
}

// parseOverlooked reads a line such as "h 100644 ID 0\tNAME". Small letters
// stand for assume-unchanged, and S for skip-worktree.
func parseOverlooked(line string) (id, name string, ok bool) {
	info, name, found := strings.Cut(line, "\t")
	f := strings.Fields(info)
	if !found || len(f) != 4 || f[0] != "S" && strings.ToUpper(f[0]) == f[0] {
		return "", "", false
	}
	return f[2], name, f[1] == modeFile || f[1] == modeExecutable
}

// isFile reports whether a file is in the work tree. In a sparse checkout most
// of those that git overlooks are not.
func (r *Repo) isFile(name string) bool {
	info, err := os.Lstat(filepath.Join(r.Root, filepath.FromSlash(name)))
	return err == nil && info.Mode().IsRegular()
}

// findChanged returns the files whose content in the work tree has another ID, as
// git would store it.
func (r *Repo) findChanged(ctx context.Context, ids, names []string) ([]string, error) {
	var paths strings.Builder
	for _, name := range names {
		paths.WriteString(quotePath(name) + "\n")
	}
	out, err := r.git.runWithInput(ctx, paths.String(), "hash-object", "--stdin-paths")
	if err != nil {
		return nil, err
	}
	now := strings.Split(out, "\n")
	if len(now) != len(names) {
		return nil, fmt.Errorf("git hash-object named %d of %d files", len(now), len(names))
	}
	var changed []string
	for i, name := range names {
		if now[i] != ids[i] {
			changed = append(changed, name)
		}
	}
	return changed, nil
}

// quotePath writes a path as git reads it from a list with one in each line.
func quotePath(name string) string {
	if !strings.HasPrefix(name, `"`) && !strings.Contains(name, "\n") {
		return name
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(name) + `"`
}
