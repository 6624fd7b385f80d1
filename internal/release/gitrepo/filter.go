package gitrepo

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"version-manager/internal/kit/problem"
)

// programSettings matches the keys under which configuration names programs
// that the commands we use would start.
const programSettings = `^(filter\..*\.(clean|smudge|process|required)|hook\..*\.(command|event|enabled))$`

// lfsFilter is what "git lfs install --local" writes.
func lfsFilter() map[string]string {
	return map[string]string{
		"filter.lfs.clean": "git-lfs clean -- %f", "filter.lfs.smudge": "git-lfs smudge -- %f",
		"filter.lfs.process": "git-lfs filter-process", "filter.lfs.required": "true",
	}
}

// findPrograms returns settings that turn off the filters and hooks in a
// repository's own configuration: reading a repository starts no program that
// came with it. A person's own configuration and Git LFS stay in force.
func (g git) findPrograms(ctx context.Context) ([]setting, error) {
	out, err := g.runGit(ctx, "config", "--includes", "--show-scope", "--null", "--get-regexp", programSettings)
	if err != nil {
		return nil, exitedWith(err, 1) // 1: no such setting
	}
	var off []setting
	for line := range slices.Chunk(strings.Split(out, "\x00"), 2) {
		if len(line) < 2 || line[0] != "local" && line[0] != "worktree" {
			continue
		}
		key, value, _ := strings.Cut(line[1], "\n")
		if lfsFilter()[key] != value || value == "" {
			off = append(off, turnOff(key)...)
		}
	}
	return off, nil
}

// turnOff is what takes away the effect of a setting that names a program.
func turnOff(key string) []setting {
	section := key[:strings.LastIndex(key, ".")]
	if strings.HasPrefix(section, "hook.") {
		return []setting{{section + ".enabled", "false"}}
	}
	return []setting{{section + ".clean", ""}, {section + ".smudge", ""}, {section + ".process", ""}, {section + ".required", "false"}}
}

// RefuseFiltered fails if a commit of the changes would need a filter that is
// turned off: without it the commit would have other content than the person
// expects, such as secrets in plain text.
func (r *Repo) RefuseFiltered(ctx context.Context, changes []Change) error {
	off := map[string]bool{}
	for _, s := range r.git.settings {
		if name, ok := strings.CutPrefix(strings.TrimSuffix(s.key, ".clean"), "filter."); ok {
			off[name] = true
		}
	}
	if len(off) == 0 {
		return nil
	}
	var paths strings.Builder
	for _, c := range changes {
		fmt.Fprintf(&paths, "%s\x00", c.Path)
	}
	out, err := r.git.runWithInput(ctx, paths.String(), "check-attr", "-z", "--stdin", "filter")
	if err != nil {
		return err
	}
	var files []string
	for f := range slices.Chunk(strings.Split(out, "\x00"), 3) {
		if len(f) == 3 && off[f[2]] {
			files = append(files, fmt.Sprintf("%s (filter %s)", f[0], f[2]))
		}
	}
	if len(files) == 0 {
		return nil
	}
	return problem.New(problem.Failed, "git add -A && git commit",
		"this repository's own configuration names a program to filter files with, which is run only when you commit them yourself").With(files...)
}
