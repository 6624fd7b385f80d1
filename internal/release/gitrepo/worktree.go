package gitrepo

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/text"
)

// Change is a file that differs from the last commit.
type Change struct {
	Path     string // from Root
	New      bool   // the last commit does not have it
	Tracked  bool   // git was told of it, by a commit or by git add
	Unstaged bool   // the index has it otherwise, or not at all
	Unmerged bool   // a merge left conflicts in it
	Nested   bool   // it is the folder of another repository, of which a commit would only keep the ID
	Inside   bool   // it is a submodule, and what changed is not committed there
}

func (c Change) String() string {
	switch {
	case c.Inside:
		return c.Path + " (submodule with changes of its own)"
	case c.Nested:
		return c.Path + " (another repository)"
	case c.Unmerged:
		return c.Path + " (conflict)"
	case c.New:
		return c.Path + " (new)"
	}
	return c.Path
}

// ListChanges returns the files that differ from the last commit, untracked ones
// included, and the submodules in which something is not committed.
func (r *Repo) ListChanges(ctx context.Context) ([]Change, error) {
	out, err := r.git.runGit(ctx, "status", "--porcelain=v2", "-z", "--no-renames", "--untracked-files=all", "--ignore-submodules=dirty")
	if err != nil {
		return nil, err
	}
	changes := parseStatus(out)
	inside, err := r.dirtyModules(ctx)
	return append(changes, inside...), err
}

// parseStatus reads what git status prints in its second version. Each kind
// of line has a number of fields before the path.
func parseStatus(out string) []Change {
	fields := map[byte]int{'1': 8, 'u': 10, '?': 1}
	var changes []Change
	for line := range strings.SplitSeq(out, "\x00") {
		if line == "" {
			continue
		}
		n := fields[line[0]]
		f := strings.SplitN(line, " ", n+1)
		if n == 0 || len(f) != n+1 || f[n] == "" {
			continue // a header
		}
		c := Change{Path: f[n], Tracked: line[0] != '?', New: line[0] == '?', Unstaged: true}
		switch line[0] {
		case '?':
			c.Nested = strings.HasSuffix(c.Path, "/")
		case 'u':
			c.Unmerged = true
		case '1': // 1 XY sub mH mI mW hH hI path
			c.New = strings.Contains(f[1], "A")
			c.Unstaged = !strings.HasSuffix(f[1], ".")
			c.Nested = f[3] == "000000" && f[4] == modeSubmodule
		}
		changes = append(changes, c)
	}
	return changes
}

// dirtyModules looks into the submodules that are checked out. Each is opened
// like a repository of its own: git would use its configuration unseen.
func (r *Repo) dirtyModules(ctx context.Context) ([]Change, error) {
	out, err := r.git.runGit(ctx, "ls-files", "--stage", "-z")
	if err != nil {
		return nil, err
	}
	var changes []Change
	for line := range strings.SplitSeq(out, "\x00") {
		rest, ok := strings.CutPrefix(line, modeSubmodule+" ")
		_, name, _ := strings.Cut(rest, "\t")
		dir := filepath.Join(r.Root, filepath.FromSlash(name))
		if _, err := os.Lstat(filepath.Join(dir, ".git")); !ok || err != nil {
			continue
		}
		sub, err := OpenRepo(ctx, dir)
		if err != nil {
			return nil, err
		}
		dirty, err := sub.ListChanges(ctx)
		if err != nil {
			return nil, err
		}
		if len(dirty) > 0 {
			changes = append(changes, Change{Path: name, Tracked: true, Unstaged: true, Inside: true})
		}
	}
	return changes, nil
}

// CommitChanges commits every change of the work tree, which are those that Dirty
// returned.
func (r *Repo) CommitChanges(ctx context.Context, changes []Change, message string) error {
	if _, err := r.EnsureIdentity(ctx); err != nil {
		return err
	}
	if err := r.stageChanges(ctx, changes); err != nil {
		return err
	}
	left, err := r.ListChanges(ctx)
	if err != nil {
		return err
	}
	if left = keepChanges(left, func(c Change) bool { return c.Unstaged }); len(left) > 0 {
		return problem.New(problem.Failed, "git status",
			"%s left out by git add: nothing was committed", text.CountNoun(len(left), "file was", "files were")).With(DescribeChanges(left)...)
	}
	_, err = r.git.runWithInput(ctx, message+"\n", "commit", "--quiet", "--no-verify", "--cleanup=whitespace", "--file=-")
	return err
}

// stageChanges adds the changes by their names, and nothing else: of a submodule that
// has not changed, git would ask its own configuration, by which it may start
// any program.
func (r *Repo) stageChanges(ctx context.Context, changes []Change) error {
	var paths strings.Builder
	for _, c := range changes {
		paths.WriteString(":(literal)" + c.Path + "\x00")
	}
	_, err := r.git.runWithInput(ctx, paths.String(), "add", "--all", "--pathspec-from-file=-", "--pathspec-file-nul")
	return err
}

func keepChanges(changes []Change, wanted func(Change) bool) []Change {
	var kept []Change
	for _, c := range changes {
		if wanted(c) {
			kept = append(kept, c)
		}
	}
	return kept
}

// MaxListedFiles is how many files a message lists at most.
const MaxListedFiles = 10

// DescribeChanges describes each change, for a message.
func DescribeChanges(changes []Change) []string {
	list := make([]string, len(changes))
	for i, c := range changes {
		list[i] = c.String()
	}
	return list
}
