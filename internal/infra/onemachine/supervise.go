package onemachine

import (
	"context"
	"errors"
	"io/fs"
	"log"
	"net"
	"os"
	"strings"
	"sync"
	"time"

	"version-manager/internal/kit/filelock"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

const (
	lookEvery = 200 * time.Millisecond // at what a program waits for
	turnEvery = 10 * time.Second
)

// supervisor starts what has ended, and nothing else: whatever else there is
// to decide is decided by those who call `up`, `stop` and `kill-node`.
type supervisor struct {
	dir     layout
	machine machine
	groups  cgroups
	log     *log.Logger
}

// SuperviseProcesses keeps the programs of the cluster in dir alive until ctx ends. It
// leaves them running: a supervisor that is replaced interrupts nobody.
func SuperviseProcesses(ctx context.Context, dir string) error {
	l := OpenCluster(dir).dir
	lock, err := lockFile(l.lock())
	if err != nil {
		return err
	}
	defer lock.Close()
	s, err := readSpec(l.spec())
	if err != nil {
		return err
	}
	groups, err := machineCgroups()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(l.records(), 0o700); err != nil {
		return err
	}
	v := supervisor{l, machine{l}, groups, log.New(os.Stderr, "", log.LstdFlags|log.Lmicroseconds|log.LUTC)}
	v.run(ctx, l.programs(s, os.Environ()))
	return nil
}

// lockFile makes sure that there is only one.
func lockFile(path string) (*os.File, error) {
	f, err := filelock.TryOpenLocked(path)
	if errors.Is(err, filelock.ErrLocked) {
		return nil, problem.New(problem.LockHeld, "version-manager cluster status", "another process works on the cluster")
	}
	return f, err
}

func (v supervisor) run(ctx context.Context, list []program) {
	var workers sync.WaitGroup
	for _, p := range list {
		workers.Go(func() { v.keep(ctx, p) })
	}
	workers.Go(func() {
		for wait.SleepContext(ctx, turnEvery) == nil {
			if err := turnLogs(v.dir.logs(), logSize); err != nil {
				v.log.Printf("turn logs: %v", err)
			}
		}
	})
	workers.Wait()
}

// keep starts p whenever it does not run.
func (v supervisor) keep(ctx context.Context, p program) {
	b := process.Backoff{First: 200 * time.Millisecond, Most: 10 * time.Second, Reset: 30 * time.Second}
	for v.allowed(ctx, p) {
		began := time.Now()
		end, err := v.once(ctx, p)
		if ctx.Err() != nil {
			return
		}
		delay := b.Next(time.Since(began))
		v.log.Printf("%s ended after %s (%s, %v); next in %s", p, time.Since(began).Round(time.Millisecond), end, err, delay)
		_ = wait.SleepContext(ctx, delay) // allowed looks at ctx
	}
}

// allowed waits until p may run: its node was not killed, and whom it needs
// answers. It returns false when ctx has ended.
func (v supervisor) allowed(ctx context.Context, p program) bool {
	for ctx.Err() == nil {
		_, err := os.Stat(v.dir.killed(p.Node))
		if errors.Is(err, fs.ErrNotExist) && answers(p.Needs) {
			return true
		}
		_ = wait.SleepContext(ctx, lookEvery)
	}
	return false
}

// answers reports whether somebody listens there.
func answers(needs string) bool {
	network, address, ok := strings.Cut(needs, " ")
	if !ok {
		return true
	}
	c, err := net.DialTimeout(network, address, time.Second)
	if err != nil {
		return false
	}
	_ = c.Close()
	return true
}

// once returns when the process of p, found or started, has ended.
func (v supervisor) once(ctx context.Context, p program) (string, error) {
	r, err := readRecord(v.dir.records(), p.Node, p.Name)
	if errors.Is(err, errDamaged) {
		v.log.Printf("%s: start afresh: %v", p, err)
		r, err = record{Node: p.Node, Name: p.Name}, nil
	}
	if err != nil {
		return "not looked at", err // it may run
	}
	if r.Alive() {
		v.log.Printf("%s still runs as process %d", p, r.PID)
		return "not seen", r.Wait(ctx)
	}
	child, err := v.start(p, r)
	if err != nil {
		return "not started", err
	}
	end := make(chan string, 1)
	go func() { end <- child.Wait() }()
	select {
	case <-ctx.Done():
		return "", ctx.Err()
	case how := <-end:
		return how, v.noteEnd(p, how)
	}
}

// noteEnd adds to the record how p ended. Where it cannot be read it stays as
// it is: what else it says is worth more.
func (v supervisor) noteEnd(p program, how string) error {
	r, err := readRecord(v.dir.records(), p.Node, p.Name)
	if err != nil {
		return err
	}
	r.Ended = how
	return r.write(v.dir.records())
}

func (v supervisor) start(p program, before record) (*process.Child, error) {
	out, err := openLog(v.dir.in("logs", p.id()+".log"))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	c := process.Command{Argv: append(v.machine.enter(p.Node), p.Argv...), Env: p.Env, Dir: "/", Output: out}
	return process.Start(c, func(id process.Identity) error {
		now := record{Identity: id, Node: p.Node, Name: p.Name, Started: time.Now(), Restarts: before.Restarts, Ended: before.Ended}
		if before.PID != 0 {
			now.Restarts++
		}
		return errors.Join(v.groups.join(cgroupOf(p.Node)+"/"+cgroupLeaf, id.PID), now.write(v.dir.records()))
	})
}
