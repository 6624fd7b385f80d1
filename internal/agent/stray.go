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

// strays lists the processes that an earlier agent started, by instance. One
// whose record cannot be read is left to the next agent.
func strays(p paths) map[string]record {
	found := map[string]record{}
	files, _ := filepath.Glob(p.run("*.json")) // the pattern is well formed
	for _, file := range files {
		r, err := readRecord(file)
		if err != nil {
			slog.Error("read what an earlier agent started", "file", file, "error", err)
		}
		if unseen(err) {
			continue
		}
		found[strings.TrimSuffix(filepath.Base(file), ".json")] = r
	}
	return found
}

// unseen reports whether err, which readRecord returned, leaves open who is
// recorded. A damaged record, or that of a copy, is nobody's.
func unseen(err error) bool {
	_, ok := errors.AsType[*fs.PathError](err)
	return ok && !errors.Is(err, fs.ErrNotExist)
}

// vacant returns an error if an instance that runs key would write its record
// over that of a process which may still run something else.
func vacant(file, key string) error {
	r, err := readRecord(file)
	if unseen(err) {
		return fmt.Errorf("an earlier one may still run: %w", err)
	}
	if err == nil && r.Key != key && r.group().Gone() != nil {
		return fmt.Errorf("end process %d, an earlier one: %w", r.Proc.PID, errStays)
	}
	return nil
}

// endStrays ends processes of an earlier agent that nobody wants any more, and
// forgets them. One that does not end is left to the next agent.
func endStrays(p paths, found map[string]record) {
	var wg sync.WaitGroup
	for id, r := range found {
		wg.Go(func() {
			if err := endStray(r, id); err != nil {
				slog.Error("end stray instance", "instance", id, "pid", r.Proc.PID, "error", err)
				return
			}
			for _, f := range []string{p.run(id + ".json"), p.run(id + ".fifo")} {
				if err := os.Remove(f); err != nil && !errors.Is(err, fs.ErrNotExist) {
					slog.Error("forget stray instance", "instance", id, "error", err)
				}
			}
		})
	}
	wg.Wait()
}

func endStray(r record, id string) (err error) {
	g := r.group()
	g.Seen = new(process.Seen)
	if g.Gone() == nil {
		return nil
	}
	slog.Warn("end stray instance", "instance", id, "pid", g.Leader.PID)
	for _, sig := range []syscall.Signal{r.stopSignal(), syscall.SIGKILL} {
		err = g.Signal(sig)
		ctx, cancel := context.WithTimeout(context.Background(), termGrace)
		gone := g.Wait(ctx)
		cancel()
		if gone == nil {
			return nil
		}
	}
	return cmp.Or(err, errStays)
}

// errStays: a process did not even end when it was killed.
var errStays = errors.New("it was killed and still runs")
