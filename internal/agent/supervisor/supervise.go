package supervisor

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	"net"
	"strconv"
	"sync"
	"time"

	"version-manager/internal/agent/launch"
	"version-manager/internal/kit/process"
	"version-manager/internal/kit/wait"
)

const (
	firstRestartDelay = 100 * time.Millisecond
	maxRestartDelay   = 30 * time.Second
	// restartReset is how long an instance has to be healthy for its next
	// restart to wait for firstRestartDelay only.
	restartReset = 30 * time.Second

	firstTrackInterval = time.Second
	maxTrackInterval   = 16 * time.Second
)

// errHandedOver: another agent supervises the instance now.
var errHandedOver = errors.New("another agent has taken over")

// superviseProcess runs until the instance is stopped or handed over.
func (i *Instance) superviseProcess() {
	defer close(i.done)
	begun := sync.OnceFunc(func() { close(i.begun) })
	delay := process.Backoff{First: firstRestartDelay, Most: maxRestartDelay, Reset: restartReset}
	for first := true; !i.isHandedOver(); first = false {
		adopted := i.currentRecord().Proc
		known := adopted.PID != 0
		waitEnd := func() string { _ = adopted.Wait(context.Background()); return "ended" }
		if !first || !known || !adopted.Alive() {
			if !i.endLeftovers() {
				begun()
				return
			}
			waitEnd = i.startProcess(known)
		}
		begun()
		healthy := time.Duration(0)
		if waitEnd != nil {
			healthy = i.watchProcess(waitEnd)
			if !i.endLeftovers() {
				return
			}
		}
		select {
		case <-i.stopping:
			return
		case <-time.After(delay.Next(healthy)):
		}
	}
}

// startProcess starts the process and returns how to wait for its end; nil if
// it could not be started.
func (i *Instance) startProcess(again bool) (waitEnd func() string) {
	child, err := i.spawnProcess(again)
	i.mu.Lock()
	i.failed, i.reason = err, "starting"
	if err != nil {
		i.reason = err.Error()
	}
	i.mu.Unlock()
	if err != nil {
		slog.Error("start instance", "instance", i.config.ID, "error", err)
		return nil
	}
	select {
	case <-i.stopping: // the goroutine that stops us may not have seen this process
		_ = i.processGroup().Signal(i.currentRecord().signalToStop())
	default:
	}
	return child.Wait
}

func (i *Instance) spawnProcess(again bool) (*process.Child, error) {
	plan, err := i.config.Plan()
	if err != nil {
		return nil, err
	}
	port, err := i.config.Ports.TakeFreePort()
	if err != nil {
		return nil, err
	}
	output, err := i.logs.OpenInput()
	if err != nil {
		return nil, err
	}
	defer output.Close()
	c := process.Command{Argv: plan.Argv, Env: plan.EnvFor(i.config.Color, i.config.ID, port), Dir: plan.Dir, User: plan.User,
		Output: output, Mark: rand.Text()}
	return process.Start(c, func(id process.Identity) error {
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.handedOver {
			return errHandedOver
		}
		r := Record{Proc: id, Mark: c.Mark, Stop: plan.StopSignal, Key: i.config.Key, Address: net.JoinHostPort(launch.LoopbackHost, strconv.Itoa(port)),
			Started: time.Now().UTC(), Restarts: i.run.Restarts}
		if again {
			r.Restarts++
		}
		i.run, i.seen = r, new(process.Seen)
		return r.WriteTo(i.config.RunDir, i.config.ID)
	})
}

// watchProcess checks the health until the process ends, notes why it ended,
// and returns for how long it was healthy.
func (i *Instance) watchProcess(waitEnd func() string) (healthy time.Duration) {
	ctx, cancel := context.WithCancel(context.Background())
	start := i.currentRecord()
	since := time.Now()
	var wg sync.WaitGroup
	wg.Go(func() {
		check := func(ctx context.Context) error {
			return checkHealth(ctx, i.config.Client, start.Address, i.config.Health)
		}
		watchHealth(ctx, check, start.Ready, func(err error) {
			if err == nil {
				since = time.Now()
			}
			i.reportHealth(err)
		})
	})
	wg.Go(func() { i.trackChildren(ctx) })
	how := waitEnd()
	cancel()
	wg.Wait()
	if err := i.logs.FlushLines(); err != nil {
		slog.Error("collect the last log lines", "instance", i.config.ID, "error", err)
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

// trackChildren notes from time to time what the process has started. When it
// crashes, some of that might not be found anymore.
func (i *Instance) trackChildren(ctx context.Context) {
	for delay := firstTrackInterval; wait.SleepContext(ctx, delay) == nil; delay = min(4*delay, maxTrackInterval) {
		_, _ = i.processGroup().Size() // what cannot be seen now is looked for again
	}
}

// reportHealth notes the health; nil is ready.
func (i *Instance) reportHealth(err error) {
	changed, writeErr := i.recordHealth(err)
	if changed {
		i.config.Changed()
	}
	if writeErr != nil {
		slog.Error("record readiness", "instance", i.config.ID, "error", writeErr)
	}
}

func (i *Instance) recordHealth(err error) (changed bool, writeErr error) {
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
	return true, i.run.WriteTo(i.config.RunDir, i.config.ID)
}
