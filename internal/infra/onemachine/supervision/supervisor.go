// Package supervision keeps the programs of a local cluster running.
//
// A small supervisor starts each program and starts it again when it ends. The
// programs are not its children but sessions of their own, each with a record
// on disk: a supervisor that is replaced interrupts nothing, and the next one
// finds the programs that are still running. Start with [Supervisor.RunPrograms]
// and, from outside, [StartSupervisor] and [StopSupervisor].
package supervision

import (
	"context"
	"errors"
	"log"
	"sync"
	"time"

	"version-manager/internal/infra/onemachine/cgroup"
	"version-manager/internal/infra/onemachine/clusterdir"
	"version-manager/internal/infra/onemachine/namespaces"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

const (
	needsPollInterval = 200 * time.Millisecond // between two looks at what a program needs
	logCheckInterval  = 10 * time.Second       // between two looks at the size of the logs

	firstRestartDelay = 200 * time.Millisecond
	maxRestartDelay   = 10 * time.Second
	restartResetAfter = 30 * time.Second // a run of this length is a success
)

// Supervisor starts programs that have ended, and nothing else. All other
// decisions are made by the commands: start, stop, and kill-node.
type Supervisor struct {
	Dir    clusterdir.Dir
	Groups cgroup.Hierarchies
	Log    *log.Logger
}

// RunPrograms keeps the programs running until ctx ends. Then it leaves them
// running.
func (v Supervisor) RunPrograms(ctx context.Context, list []Program) {
	var workers sync.WaitGroup
	for _, p := range list {
		workers.Go(func() { v.keepRunning(ctx, p) })
	}
	workers.Go(func() {
		for wait.SleepContext(ctx, logCheckInterval) == nil {
			if err := rotateLogs(v.Dir.LogsDir(), maxLogSize); err != nil {
				v.Log.Printf("rotate logs: %v", err)
			}
		}
	})
	workers.Wait()
}

// keepRunning starts p whenever it does not run.
func (v Supervisor) keepRunning(ctx context.Context, p Program) {
	b := process.Backoff{First: firstRestartDelay, Most: maxRestartDelay, Reset: restartResetAfter}
	for v.waitAllowed(ctx, p) {
		began := time.Now()
		end, err := v.runOnce(ctx, p)
		if ctx.Err() != nil {
			return
		}
		delay := b.Next(time.Since(began))
		v.Log.Printf("%s ended after %s (%s, %v); restarting in %s", p, time.Since(began).Round(time.Millisecond), end, err, delay)
		_ = wait.SleepContext(ctx, delay) // waitAllowed looks at ctx
	}
}

// waitAllowed waits until p may run: its node is not killed, and the endpoint
// that it needs accepts connections. It returns false when ctx has ended.
func (v Supervisor) waitAllowed(ctx context.Context, p Program) bool {
	err := wait.PollUntil(ctx, needsPollInterval, func(context.Context) (bool, error) {
		return !v.Dir.IsKilled(p.Node) && IsListening(p.Needs), nil
	})
	return err == nil && ctx.Err() == nil
}

// How runOnce ended where it did not see the process end.
const (
	endUnknown  = "unknown"     // the record cannot be read
	endUnseen   = "unseen"      // another supervisor had started it
	notStarted  = "not started" // see the error
	interrupted = ""            // ctx has ended
)

// runOnce finds or starts the process of p, and returns how it ended.
func (v Supervisor) runOnce(ctx context.Context, p Program) (string, error) {
	r, err := ReadRecord(v.Dir.RecordsDir(), p.Node, p.Name)
	if errors.Is(err, ErrDamaged) {
		v.Log.Printf("%s: starting with a new record: %v", p, err)
		r, err = Record{Node: p.Node, Name: p.Name}, nil
	}
	if err != nil {
		return endUnknown, err // p may be running
	}
	if r.Alive() {
		v.Log.Printf("%s is still running as process %d", p, r.PID)
		return endUnseen, r.Wait(ctx)
	}
	child, err := v.startProgram(p, r)
	if err != nil {
		return notStarted, err
	}
	end := make(chan string, 1)
	go func() { end <- child.Wait() }()
	select {
	case <-ctx.Done():
		return interrupted, ctx.Err()
	case how := <-end:
		return how, v.recordEnd(p, how)
	}
}

// recordEnd adds to the record how p ended. A record that cannot be read stays
// as it is: the rest of it is worth more.
func (v Supervisor) recordEnd(p Program, how string) error {
	r, err := ReadRecord(v.Dir.RecordsDir(), p.Node, p.Name)
	if err != nil {
		return err
	}
	r.Ended = how
	return WriteRecord(v.Dir.RecordsDir(), r)
}

// startProgram starts p on its node. The process joins its control group and is
// recorded before the program begins.
func (v Supervisor) startProgram(p Program, before Record) (*process.Child, error) {
	out, err := OpenLog(v.Dir.LogFile(p.FileName()))
	if err != nil {
		return nil, err
	}
	defer out.Close()
	argv := append(namespaces.NewNamespaces(v.Dir).EnterCommand(p.Node), p.Argv...)
	c := process.Command{Argv: argv, Env: p.Env, Dir: "/", Output: out}
	return process.Start(c, func(id process.Identity) error {
		now := Record{Identity: id, Node: p.Node, Name: p.Name, Started: time.Now(), Restarts: before.Restarts, Ended: before.Ended}
		if before.PID != 0 {
			now.Restarts++
		}
		return errors.Join(v.Groups.AddProcess(cgroup.ProgramsGroup(p.Node), id.PID), WriteRecord(v.Dir.RecordsDir(), now))
	})
}
