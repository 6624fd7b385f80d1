package agent

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

// superviseProcess runs until stop.
func (i *instance) superviseProcess() {
	defer close(i.done)
	begun := sync.OnceFunc(func() { close(i.begun) })
	wait := process.Backoff{First: 100 * time.Millisecond, Most: 30 * time.Second, Reset: 30 * time.Second}
	for first := true; !i.isHandedOver(); first = false {
		i.mu.Lock()
		adopted, known := i.run.Proc, i.run.Proc.PID != 0
		i.mu.Unlock()
		end := func() string { _ = adopted.Wait(context.Background()); return "ended" }
		if !first || !known || !adopted.Alive() {
			if !i.endLeftovers() {
				begun()
				return
			}
			end = i.startProcess(known)
		}
		begun()
		healthy := time.Duration(0)
		if end != nil {
			healthy = i.watchProcess(end)
			if !i.endLeftovers() {
				return
			}
		}
		select {
		case <-i.stopping:
			return
		case <-time.After(wait.Next(healthy)):
		}
	}
}

// startProcess starts the process and returns how to wait for its end; nil if it
// could not be started.
func (i *instance) startProcess(again bool) (end func() string) {
	child, err := i.spawnProcess(again)
	i.mu.Lock()
	i.failed, i.reason = err, "starting"
	if err != nil {
		i.reason = err.Error()
	}
	i.mu.Unlock()
	if err != nil {
		slog.Error("start instance", "instance", i.id, "error", err)
		return nil
	}
	select {
	case <-i.stopping: // whoever stops us may not have seen this process
		_ = i.processGroup().Signal(i.currentRecord().signalToStop())
	default:
	}
	return child.Wait
}

func (i *instance) spawnProcess(again bool) (*process.Child, error) {
	plan, err := i.plan()
	if err != nil {
		return nil, err
	}
	port, err := i.ports.takeFreePort()
	if err != nil {
		return nil, err
	}
	in, err := i.logs.OpenInput()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	c := process.Command{Argv: plan.argv, Env: plan.envFor(i.color, i.id, port), Dir: plan.dir, User: plan.user,
		Output: in, Mark: rand.Text()}
	return process.Start(c, func(id process.Identity) error {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.handedOver {
			return errReplaced
		}
		r := processRecord{Proc: id, Mark: c.Mark, Stop: plan.stop, Key: i.key, Address: net.JoinHostPort(loopbackHost, strconv.Itoa(port)),
			Started: time.Now().UTC(), Restarts: i.run.Restarts}
		if again {
			r.Restarts++
		}
		i.run, i.seen = r, new(process.Seen)
		return r.writeTo(i.file)
	})
}

// watchProcess checks the health until the process ends, notes why it did, and
// returns for how long it was healthy.
func (i *instance) watchProcess(end func() string) (healthy time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	i.mu.Lock()
	addr, wasReady := i.run.Address, i.run.Ready
	i.mu.Unlock()
	since := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		check := func(ctx context.Context) error { return checkHealth(ctx, i.client, addr, i.health) }
		watchHealth(ctx, check, wasReady, func(err error) {
			if err == nil {
				since = time.Now()
			}
			i.reportHealth(err)
		})
	})
	wg.Go(func() { i.trackChildren(ctx) })
	how := end()
	cancel()
	wg.Wait()
	if err := i.logs.FlushLines(); err != nil {
		slog.Error("collect the last words", "instance", i.id, "error", err)
	}
	if last := i.logs.LastLine(); last != "" {
		how += ": " + last
	}
	i.mu.Lock()
	if i.run.Ready {
		healthy = time.Since(since)
	}
	i.mu.Unlock()
	i.reportHealth(errors.New(how))
	return healthy
}

// trackChildren notes from time to time what the process has started: when it
// crashes, a part of that might not be found any more.
func (i *instance) trackChildren(ctx context.Context) {
	const often, seldom = time.Second, 16 * time.Second
	for delay := often; wait.SleepContext(ctx, delay) == nil; delay = min(4*delay, seldom) {
		_, _ = i.processGroup().Size() // what cannot be seen now is looked for again
	}
}

// reportHealth notes the health: nil is ready.
func (i *instance) reportHealth(err error) {
	changed, writeErr := i.recordHealth(err)
	if changed {
		i.changed()
	}
	if writeErr != nil {
		slog.Error("note readiness", "instance", i.id, "error", writeErr)
	}
}

func (i *instance) recordHealth(err error) (changed bool, writeErr error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.handedOver {
		return false, nil
	}
	was := i.run.Ready
	i.run.Ready, i.reason = err == nil, ""
	if err != nil {
		i.reason = err.Error()
	}
	if was == i.run.Ready {
		return false, nil
	}
	return true, i.run.writeTo(i.file)
}
