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
)

// waitForEnd returns when there is nothing left to do, or errMoved when another
// program does it.
func (g *agent) waitForEnd(failed <-chan error) error {
	lock := filepath.Join(g.dir, keeper.LockFile)
	was, _ := os.Stat(lock) // where it is gone already, the first look says so
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
		if is, err := os.Stat(lock); err != nil || !os.SameFile(was, is) {
			slog.Warn("the state folder is gone: ending everything")
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

// removeUnusedImages removes the unpacked images that no app uses any more. It does not
// wait for its turn: the next one does the same work.
func (g *agent) removeUnusedImages() {
	if !g.unpacking.TryLock() {
		return
	}
	defer g.unpacking.Unlock()
	used := map[string]bool{}
	g.mu.Lock()
	for _, a := range g.apps {
		for _, w := range a.currentState().Colors {
			used[g.files.imageDir(w.Release.Image)] = true
		}
		if a.damaged != nil {
			g.mu.Unlock()
			return // who knows what it uses
		}
	}
	g.mu.Unlock()
	found, _ := filepath.Glob(g.files.imageDir("sha256:*")) // the pattern is well formed
	for _, path := range found {
		if used[strings.TrimSuffix(path, ".unpacked")] {
			continue
		}
		if err := os.RemoveAll(path); err != nil {
			slog.Error("remove unpacked image", "path", path, "error", err)
		}
	}
}

// endAll ends every instance, without a word to a disk that is gone.
func (g *agent) endAll() {
	var wg sync.WaitGroup
	for _, a := range g.listApps() {
		wg.Go(func() {
			a.turn <- struct{}{}
			a.closeEntrances(a.currentState().Entrances)
			for _, s := range a.sides {
				a.stopInstances(s, 0, 0)
			}
			endStrays(a.paths, a.strays)
		})
	}
	wg.Wait()
	g.files.removeOutside()
}
