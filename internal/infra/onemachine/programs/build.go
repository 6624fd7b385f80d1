package programs

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
	"version-manager/internal/progress"
)

// FindBuilt returns the set for the present source code if it was built before.
// If it was not, the error is of kind NotFound, and BuildAll would build it.
func FindBuilt(ctx context.Context) (Set, error) {
	set, _, err := locateSet(ctx)
	if err != nil {
		return Set{}, err
	}
	if !set.isComplete() {
		return Set{}, problem.New(problem.NotFound, "version-manager cluster up", "the cluster's programs are not built yet")
	}
	return set, nil
}

// BuildAll returns the set for the present source code and builds it if
// necessary, which takes minutes the first time. A complete set gets its name by
// a single rename, so an interrupted build never looks complete, and the next
// one finds what was compiled in Go's own cache. Of two builds at once, one waits
// for the other and uses its result.
func BuildAll(ctx context.Context, report *progress.Reporter) (Set, error) {
	set, source, err := locateSet(ctx)
	if err != nil || set.isComplete() {
		return set, err
	}
	lock, err := filelock.OpenLockedContext(ctx, lockFile(set), func() { report.ReportDetail("waiting for another process that builds them") })
	if err != nil {
		return Set{}, fmt.Errorf("wait for another build: %w", err)
	}
	defer lock.Close()
	if set.isComplete() {
		return set, nil
	}
	draft := Set{Dir: set.Dir + ".unfinished", Digest: set.Digest}
	if err := draft.buildInto(ctx, source, report); err != nil {
		os.RemoveAll(draft.Dir)
		return Set{}, err
	}
	if err := os.Rename(draft.Dir, set.Dir); err != nil {
		return Set{}, fmt.Errorf("finish the build: %w", err)
	}
	return set, atomicfile.SyncDir(filepath.Dir(set.Dir))
}

// lockFile is locked while a set is being built.
func lockFile(s Set) string { return filepath.Join(filepath.Dir(s.Dir), "lock") }

// locateSet finds the source code and the set that belongs to it, which may not
// be built yet.
func locateSet(ctx context.Context) (set Set, source string, err error) {
	source, err = findSource()
	if err != nil {
		return Set{}, "", err
	}
	compiler, err := goToolchain(ctx, source)
	if err != nil {
		return Set{}, "", err
	}
	sum, err := sourceDigest(source, compiler)
	if err != nil {
		return Set{}, "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Set{}, "", problem.Wrap(err, problem.Failed, "export XDG_CACHE_HOME=FOLDER", "find the user's cache folder")
	}
	set = Set{Dir: filepath.Join(cache, "version-manager", "cluster", sum), Digest: sum}
	return set, source, checkCache(cache, set, os.Geteuid(), ownership.Of(os.Getenv))
}

func (s Set) isComplete() bool {
	_, err := os.Stat(s.Dir)
	return err == nil
}

// buildInto builds everything into a new folder.
func (s Set) buildInto(ctx context.Context, source string, report *progress.Reporter) error {
	if err := os.RemoveAll(s.Dir); err != nil { // left by a build that was killed
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	list := programTable()
	b := newBuild(list, report)
	err := b.runPart(program{name: "modules"}, func(tell func(string)) error {
		shares, err := uncachedShares(ctx, source, list, tell)
		b.estimate.applyCache(list, shares)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := b.runPart(p, func(tell func(string)) error { return s.compileProgram(ctx, source, p, tell) }); err != nil {
			return err
		}
	}
	if err := b.runPart(imagesPart(), func(func(string)) error { return s.writeImages(ctx) }); err != nil {
		return err
	}
	return s.syncFiles()
}

// imagesPart is the last part of a build, which compiles nothing.
func imagesPart() program { return program{name: "images", cost: 10} }

// syncFiles writes all files to the disk before the folder gets its name. After
// a power failure there must be no complete set of empty files.
func (s Set) syncFiles() error {
	return filepath.WalkDir(s.Dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return atomicfile.SyncDir(path)
	})
}

func (s Set) compileProgram(ctx context.Context, source string, p program, tell func(note string)) error {
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=" + strings.TrimSpace("-s -w "+p.flags), "-o", s.ProgramPath(p.name), p.pkg}
	output, err := runGo(ctx, goCommand(ctx, source, args...), tell)
	if err != nil && ctx.Err() == nil {
		return problem.Wrap(err, problem.Failed, "cd "+source+" && go build -o /dev/null "+p.pkg, "compile %s", p.name).With(output.lastLines()...)
	}
	return err
}
