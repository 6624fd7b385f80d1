package supervision

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/process"
)

// defaultStopTimeout is the time between SIGTERM and SIGKILL.
const defaultStopTimeout = 10 * time.Second

// StartSupervisor starts argv as the supervisor of the cluster in dir, unless
// one is running.
func StartSupervisor(dir clusterdir.Dir, argv []string) error {
	id, err := ReadSupervisor(dir)
	if err != nil || id.Alive() {
		return err
	}
	out, err := OpenLog(dir.LogFile("supervisor"))
	if err != nil {
		return err
	}
	defer out.Close()
	// The supervisor needs our environment for its proxy settings; the programs
	// get none of it.
	c := process.Command{Argv: argv, Env: os.Environ(), Dir: "/", Output: out}
	_, err = process.Start(c, func(id process.Identity) error {
		content, err := json.Marshal(id)
		if err != nil {
			return err
		}
		return atomicfile.WriteFile(dir.SupervisorFile(), content, 0o600)
	})
	return err
}

// ReadSupervisor returns the identity of the supervisor that was started last.
// It is zero if there was none, and the error is ErrDamaged if its file makes
// no sense.
func ReadSupervisor(dir clusterdir.Dir) (id process.Identity, err error) {
	content, err := os.ReadFile(dir.SupervisorFile())
	if errors.Is(err, fs.ErrNotExist) {
		return id, nil
	}
	if err != nil {
		return id, fmt.Errorf("read the supervisor's record: %w", err)
	}
	if err := json.Unmarshal(content, &id); err != nil {
		return process.Identity{}, fmt.Errorf("read the supervisor's record: %w: %w", ErrDamaged, err)
	}
	return id, nil
}

// StopSupervisor ends the supervisor and leaves the programs running. A damaged
// record names no process and is not an error. A record that cannot be read is
// one, because a supervisor may be running.
func StopSupervisor(ctx context.Context, dir clusterdir.Dir) error {
	id, err := ReadSupervisor(dir)
	if errors.Is(err, ErrDamaged) {
		return nil
	}
	if err != nil {
		return err
	}
	return stopProcess(ctx, id)
}

// StopPrograms ends the programs of these names on all nodes at once. It
// reports no errors: whatever is still running is killed with its node.
func StopPrograms(ctx context.Context, records []Record, names ...string) {
	if ctx.Err() != nil {
		return
	}
	var stopping sync.WaitGroup
	for _, r := range records {
		if slices.Contains(names, r.Name) {
			stopping.Go(func() { _ = stopProcess(ctx, r.Identity) })
		}
	}
	stopping.Wait()
}

// stopProcess asks a process to end, and kills it if it does not. If ctx ends
// first, the process has been asked and is left to end by itself.
func stopProcess(ctx context.Context, id process.Identity) error {
	err := id.Signal(syscall.SIGTERM)
	if err == nil {
		asked, cancel := context.WithTimeout(ctx, defaultStopTimeout)
		defer cancel()
		if id.Wait(asked) != nil {
			if err = ctx.Err(); err == nil {
				err = id.Signal(syscall.SIGKILL)
			}
		}
	}
	if !id.Alive() {
		return nil
	}
	return err
}
