package agent

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

// findStrays lists the processes that an earlier agent started, by instance. One
// whose record cannot be read is left to the next agent.
func findStrays(p appPaths) map[string]processRecord {
	found := map[string]processRecord{}
	files, _ := filepath.Glob(p.runFile("*.json")) // the pattern is well formed
	for _, file := range files {
		r, err := readRecord(file)
		if err != nil {
			slog.Error("read what an earlier agent started", "file", file, "error", err)
		}
		if isUnknown(err) {
			continue
		}
		found[strings.TrimSuffix(filepath.Base(file), ".json")] = r
	}
	return found
}

// isUnknown reports whether err, which readRecord returned, leaves open who is
// recorded. A damaged record, or that of a copy, is nobody's.
func isUnknown(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok && !errors.Is(err, fs.ErrNotExist)
}

// checkVacant returns an error if an instance that runs key would write its record
// over that of a process which may still run something else.
func checkVacant(file, key string) error {
	r, err := readRecord(file)
	if isUnknown(err) {
		return fmt.Errorf("an earlier one may still run: %w", err)
	}
	if err == nil && r.Key != key && r.processGroup().Gone() != nil {
		return fmt.Errorf("end process %d, an earlier one: %w", r.Proc.PID, errSurvivedKill)
	}
	return nil
}

// endStrays ends processes of an earlier agent that nobody wants any more, and
// forgets them. One that does not end is left to the next agent.
func endStrays(p appPaths, found map[string]processRecord) {
	var wg sync.WaitGroup
	for id, r := range found {
		wg.Go(func() {
			if err := endStray(r, id); err != nil {
				slog.Error("end stray instance", "instance", id, "pid", r.Proc.PID, "error", err)
				return
			}
			for _, f := range []string{p.runFile(id + ".json"), p.runFile(id + ".fifo")} {
				if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
					slog.Error("forget stray instance", "instance", id, "error", err)
				}
			}
		})
	}
	wg.Wait()
}

func endStray(r processRecord, id string) (err error) {
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
	return cmp.Or(err, errSurvivedKill)
}

// errSurvivedKill: a process did not even end when it was killed.
var errSurvivedKill = errors.New("it was killed and still runs")
