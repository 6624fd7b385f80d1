package onemachine

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

	"version-manager/internal/kit/atomicfile"
	"version-manager/internal/kit/process"
)

const (
	endTime  = 10 * time.Second // what a program gets to end by itself
	podsTime = 5 * time.Second  // what pods get
	killTime = 10 * time.Second // until what was killed is gone
)

// startProcesses starts the supervisor, unless there is one.
func (w *work) startProcesses(ctx context.Context) error {
	id, err := w.dir.readSupervisor()
	if err != nil || id.Alive() {
		return err
	}
	out, err := openLog(w.dir.in("logs", "supervisor.log"))
	if err != nil {
		return err
	}
	defer out.Close()
	c := process.Command{
		Argv:   append(append([]string{}, w.self...), "cluster", "run", "--dir", string(w.dir)),
		Env:    os.Environ(), // for the proxy of the machine; programs get none of it
		Dir:    "/",
		Output: out,
	}
	_, err = process.Start(c, func(id process.Identity) error {
		content, err := json.Marshal(id)
		if err != nil {
			return err
		}
		return atomicfile.Write(w.dir.supervisor(), content, 0o600)
	})
	return err
}

func (l layout) readSupervisor() (id process.Identity, err error) {
	content, err := os.ReadFile(l.supervisor())
	if errors.Is(err, fs.ErrNotExist) {
		return id, nil
	}
	if err != nil {
		return id, fmt.Errorf("read the supervisor's record: %w", err)
	}
	if err := json.Unmarshal(content, &id); err != nil {
		return process.Identity{}, fmt.Errorf("read the supervisor's record: %w: %w", errDamaged, err)
	}
	return id, nil
}

// endProcesses ends the supervisor, who would bring everything back, then
// pods and programs, then whatever is left. It returns nil when nothing is.
func (w *work) endProcesses(ctx context.Context) error {
	if err := w.dir.endSupervisor(ctx); err != nil {
		return fmt.Errorf("end the supervisor: %w", err)
	}
	groups, err := machineCgroups()
	if err != nil {
		return err
	}
	var asked error
	if !w.hard {
		asked = w.askProcesses(ctx, groups)
	}
	if err := ctx.Err(); err != nil {
		return err // who still runs is on record, and the next call finds them
	}
	if err := w.kill(ctx, groups, cgroupRoot); err != nil {
		return errors.Join(asked, err)
	}
	return nil
}

// endSupervisor ends whom the record names. A damaged one is in nobody's way;
// behind one that cannot be read there may be somebody.
func (l layout) endSupervisor(ctx context.Context) error {
	id, err := l.readSupervisor()
	if errors.Is(err, errDamaged) {
		return nil
	}
	if err != nil {
		return err
	}
	return end(ctx, id)
}

// askProcesses asks everything to end that has data or connections. Neither a
// record that makes no sense nor a pod that does not end keeps it from asking
// the others.
func (w *work) askProcesses(ctx context.Context, groups cgroups) error {
	records, unread := readRecords(w.dir.records())
	endPrograms(ctx, records, "kubelet", "proxy", "scheduler", "controller-manager")
	endPods(ctx, groups)
	stay := w.killPods(ctx, groups)
	endPrograms(ctx, records, "apiserver", "containerd")
	endPrograms(ctx, records, "etcd")
	return errors.Join(unread, stay)
}

// endPrograms ends those of these names, on all nodes at once. One that gets
// no signal is killed with its node, as is one that does not obey.
func endPrograms(ctx context.Context, records []record, names ...string) {
	if ctx.Err() != nil {
		return
	}
	var wait sync.WaitGroup
	for _, r := range records {
		if slices.Contains(names, r.Name) {
			wait.Go(func() { _ = end(ctx, r.Identity) })
		}
	}
	wait.Wait()
}

// end asks a process to end, and kills one that does not. When ctx ends, it was
// asked and gets the time that it needs.
func end(ctx context.Context, id process.Identity) error {
	err := id.Signal(syscall.SIGTERM)
	if err == nil {
		patience, cancel := context.WithTimeout(ctx, endTime)
		defer cancel()
		if id.Wait(patience) != nil {
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

// endPods asks all containers to end and gives them a moment.
func endPods(ctx context.Context, groups cgroups) {
	ctx, cancel := context.WithTimeout(ctx, podsTime)
	defer cancel()
	var wait sync.WaitGroup
	for _, n := range nodes(maxNodes) {
		wait.Go(func() { _ = groups.signal(ctx, podsOn(n), syscall.SIGTERM) }) // whoever stays is killed
	}
	wait.Wait()
}

// killPods ends those that did not: an API server waits for whoever asks it.
func (w *work) killPods(ctx context.Context, groups cgroups) error {
	return sequence(ctx, nodes(maxNodes), func(ctx context.Context, n node) error { return w.kill(ctx, groups, podsOn(n)) })
}

// podsOn is the branch that a kubelet makes for its pods.
func podsOn(n node) string { return cgroupOf(n.Name) + "/kubepods" }

// kill ends everything in a branch of the control groups at once.
func (w *work) kill(ctx context.Context, groups cgroups, name string) error {
	ctx, cancel := context.WithTimeout(ctx, killTime)
	defer cancel()
	return groups.signal(ctx, name, syscall.SIGKILL)
}
