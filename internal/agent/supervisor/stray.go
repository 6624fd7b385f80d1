package supervisor

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"

	"version-manager/internal/kit/process"
)

// ErrSurvivedKill means that a process did not even end when it was killed.
var ErrSurvivedKill = errors.New("it was killed, but is still running")

// FindStrays lists the processes that an earlier agent started, by instance.
// One whose record cannot be read is left to the next agent.
func FindStrays(runDir string) map[string]Record {
	found := map[string]Record{}
	files, _ := filepath.Glob(recordFile(runDir, "*")) // the pattern is well formed
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), recordSuffix)
		r, err := ReadRecord(runDir, id)
		if err != nil {
			slog.Error("read the record of an earlier agent", "file", file, "error", err)
		}
		if isUnknown(err) {
			continue
		}
		found[id] = r
	}
	return found
}

// isUnknown reports whether err, which ReadRecord returned, leaves open which
// process is recorded. A damaged record, or that of a copy, names none.
func isUnknown(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok && !errors.Is(err, fs.ErrNotExist)
}

// CheckVacant returns an error if an instance that runs key would write its
// record over that of a process that may still run something else.
func CheckVacant(runDir, id, key string) error {
	r, err := ReadRecord(runDir, id)
	if isUnknown(err) {
		return fmt.Errorf("instance %s: a process of an earlier agent may still be running: %w", id, err)
	}
	if err == nil && r.Key != key && r.processGroup().Gone() != nil {
		return fmt.Errorf("instance %s: end process %d, an earlier one: %w", id, r.Proc.PID, ErrSurvivedKill)
	}
	return nil
}

// EndStrays ends processes of an earlier agent that nobody wants anymore, and
// removes their records. One that does not end is left to the next agent.
func EndStrays(runDir string, found map[string]Record) {
	var wg sync.WaitGroup
	for id, r := range found {
		wg.Go(func() {
			if err := endStray(r, id); err != nil {
				slog.Error("end stray instance", "instance", id, "pid", r.Proc.PID, "error", err)
				return
			}
			for _, f := range []string{recordFile(runDir, id), pipeFile(runDir, id)} {
				if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
					slog.Error("remove the stray instance's files", "instance", id, "error", err)
				}
			}
		})
	}
	wg.Wait()
}

func endStray(r Record, id string) (err error) {
	g := r.processGroup()
	g.Seen = new(process.Seen)
	if g.Gone() == nil {
		return nil
	}
	slog.Warn("end stray instance", "instance", id, "pid", g.Leader.PID)
	for _, sig := range []syscall.Signal{r.signalToStop(), syscall.SIGKILL} {
		err = g.Signal(sig)
		ctx, cancel := context.WithTimeout(context.Background(), terminateGrace)
		gone := g.Wait(ctx)
		cancel()
		if gone == nil {
			return nil
		}
	}
	return cmp.Or(err, ErrSurvivedKill)
}
