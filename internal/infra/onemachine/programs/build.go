package programs

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/ownership"
	"version-manager/internal/kit/problem"
)

// FindBuilt returns the set that fits the source, if it was built before. The
// error of KindOf NotFound means that there is work for Build.
func FindBuilt(ctx context.Context) (Set, error) {
	set, _, err := locate(ctx)
	if err != nil {
		return Set{}, err
	}
	if !set.complete() {
		return Set{}, problem.New(problem.NotFound, "version-manager cluster up", "the cluster's programs are not built yet")
	}
	return set, nil
}

// BuildAll returns the set that fits the source and builds it if need be, which
// takes minutes the first time. A set appears under its name when it is
// complete, by one rename: a broken or killed build never looks finished, and
// what it compiled stays in Go's own cache. Of two builds at once, one waits
// and finds the other's work.
func BuildAll(ctx context.Context, progress func(Progress)) (Set, error) {
	set, dir, err := locate(ctx)
	if err != nil || set.complete() {
		return set, err
	}
	unlock, err := lock(ctx, filepath.Join(filepath.Dir(set.Dir), "lock"), func() { progress(Progress{Waiting: true}) })
	if err != nil {
		return Set{}, fmt.Errorf("wait for another build: %w", err)
	}
	defer unlock()
	if set.complete() {
		return set, nil
	}
	draft := Set{Dir: set.Dir + ".unfinished", Digest: set.Digest}
	if err := draft.fill(ctx, dir, progress); err != nil {
		os.RemoveAll(draft.Dir)
		return Set{}, err
	}
	if err := os.Rename(draft.Dir, set.Dir); err != nil {
		return Set{}, fmt.Errorf("finish the build: %w", err)
	}
	return set, atomicfile.SyncDir(filepath.Dir(set.Dir))
}

// locate finds the source and says where its programs belong.
func locate(ctx context.Context) (Set, string, error) {
	dir, err := source()
	if err != nil {
		return Set{}, "", err
	}
	compiler, err := toolchain(ctx, dir)
	if err != nil {
		return Set{}, "", err
	}
	sum, err := digest(dir, compiler)
	if err != nil {
		return Set{}, "", err
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return Set{}, "", problem.Wrap(err, problem.Failed, "export XDG_CACHE_HOME=FOLDER", "find the user's cache folder")
	}
	set := Set{Dir: filepath.Join(cache, "version-manager", "cluster", sum), Digest: sum}
	return set, dir, trustedCache(cache, set, os.Geteuid(), ownership.Of(os.Getenv))
}

func (s Set) complete() bool {
	_, err := os.Stat(s.Dir)
	return err == nil
}

// fill makes everything in a fresh folder.
func (s Set) fill(ctx context.Context, dir string, progress func(Progress)) error {
	if err := os.RemoveAll(s.Dir); err != nil { // of a build that was killed
		return err
	}
	if err := os.MkdirAll(s.Dir, 0o700); err != nil {
		return err
	}
	list := table()
	w := newWork(list, progress)
	err := w.step(program{name: "modules"}, func(tell func(string)) error {
		shares, err := stale(ctx, dir, list, tell)
		w.guess.discount(list, shares)
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range list {
		if err := w.step(p, func(tell func(string)) error { return s.compile(ctx, dir, p, tell) }); err != nil {
			return err
		}
	}
	if err := w.step(packing(), func(func(string)) error { return s.pack(ctx) }); err != nil {
		return err
	}
	return s.sync()
}

// packing is the last step, which compiles nothing.
func packing() program { return program{name: "images", cost: 10} }

// sync puts all files on the disk before the folder gets its name: after a
// power cut there must be no complete set of empty files.
func (s Set) sync() error {
	return filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return atomicfile.SyncDir(path)
	})
}

// compile builds one program.
func (s Set) compile(ctx context.Context, dir string, p program, tell func(note string)) error {
	args := []string{"build", "-trimpath", "-buildvcs=false", "-ldflags=" + strings.TrimSpace("-s -w "+p.flags), "-o", s.ProgramPath(p.name), p.pkg}
	cmd := goCommand(ctx, dir, args...)
	said, err := run(ctx, cmd, tell)
	if err != nil && ctx.Err() == nil {
		return problem.Wrap(err, problem.Failed, "cd "+dir+" && go build -o /dev/null "+p.pkg, "compile %s", p.name).With(said.lines()...)
	}
	return err
}
