package agent

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"version-manager/internal/agent/keeper"
	"version-manager/internal/agent/supervisor"
)

// waitForEnd returns when there is nothing left to do, or errReplaced when
// another program took over.
func (g *agent) waitForEnd(failed <-chan error) error {
	lock := filepath.Join(g.dir, keeper.LockFile)
	before, _ := os.Stat(lock) // if it is gone already, the first check says so
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		select {
		case err := <-failed:
			return fmt.Errorf("listen for commands: %w", err)
		case <-g.replaced:
			return errReplaced
		case <-g.stopped:
			return nil
		case <-tick.C:
		}
		if now, err := os.Stat(lock); err != nil || !os.SameFile(before, now) {
			slog.Warn("the state folder is gone: stopping everything")
			g.endAll()
			return nil
		}
		if g.isIdle() {
			slog.Info("nothing left to do")
			return nil
		}
	}
}

func (g *agent) isIdle() bool {
	if g.stayIdle {
		return false
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.calls > 0 || time.Since(g.used) < idleTimeout {
		return false
	}
	for _, a := range g.apps {
		if !a.isIdle() {
			return false
		}
	}
	return true
}

// removeUnusedImages removes the unpacked images that no app uses anymore. It
// does not wait for its turn: the next call does the same work.
func (g *agent) removeUnusedImages() {
	if !g.unpacking.TryLock() {
		return
	}
	defer g.unpacking.Unlock()
	used, known := g.usedImages()
	if !known {
		return
	}
	found, _ := filepath.Glob(g.files.ImageDir("sha256:*")) // the pattern is well formed
	for _, path := range found {
		if used[strings.TrimSuffix(path, ".unpacked")] {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			slog.Error("remove unpacked image", "path", path, "error", err)
		}
	}
}

// usedImages returns the folders of the images that apps use. They are not
// known while the state of an app is damaged.
func (g *agent) usedImages() (used map[string]bool, known bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	used = map[string]bool{}
	for _, a := range g.apps {
		if a.damaged != nil {
			return nil, false
		}
		for _, w := range a.currentState().Colors {
			used[g.files.ImageDir(w.Release.Image)] = true
		}
	}
	return used, true
}

// endAll ends every instance and writes nothing: the disk's folder is gone.
func (g *agent) endAll() {
	var wg sync.WaitGroup
	for _, a := range g.listApps() {
		wg.Go(func() {
			a.turn <- struct{}{}
			a.entrances.closeEntrances(a.currentState().Entrances)
			for _, s := range a.sides {
				a.stopInstances(s, 0, 0)
			}
			supervisor.EndStrays(a.paths.runDir(), a.strays)
		})
	}
	wg.Wait()
	g.files.RemoveOutside()
}
