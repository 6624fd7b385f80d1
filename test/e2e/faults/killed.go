package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"version-manager/test/e2e/lab"
	"version-manager/test/rig"
)

// A kill before a write leaves an effect without a record, one after it an
// intent without an effect: both are resumed, and both are rolled back.
func (b *bench) killedAndResumed(ctx context.Context) (rig.Result, error) {
	return b.killAtEachWrite(ctx, "before", "resume")
}

func (b *bench) killedAndTakenBack(ctx context.Context) (rig.Result, error) {
	return b.killAtEachWrite(ctx, "after", "rollback")
}

// killAtEachWrite kills the command line at its first write to the journal, at its
// second, and so on, until it finishes undisturbed; each time the other
// command finishes what was left.
func (b *bench) killAtEachWrite(ctx context.Context, when, finish string) (rig.Result, error) {
	for seq := 1; ; seq++ {
		fmt.Fprintf(os.Stderr, "\r\x1b[Kkilled %s write %d, then %s", when, seq, finish)
		hit, err := b.killOnce(ctx, fmt.Sprintf("%s:%d", when, seq), finish)
		switch {
		case err != nil:
			return rig.Result{}, fmt.Errorf("killed %s write %d, then %s: %w", when, seq, finish, err)
		case !hit && seq < 10:
			return rig.Result{}, fmt.Errorf("a deploy of %d writes is none", seq-1)
		case !hit:
			return rig.Result{}, nil
		}
	}
}

// killOnce kills one deploy and finishes it.
func (b *bench) killOnce(ctx context.Context, point, finish string) (hit bool, err error) {
	now, err := b.ReadStatus(ctx)
	if err != nil {
		return false, err
	}
	res, err := b.RunCommand(ctx, []string{"VERSION_MANAGER_KILL=" + point}, "zero-downtime", string(otherVersion(now)), "--progress", "plain")
	if err != nil || res.Code == 0 {
		return false, err
	}
	if res.Code != -1 {
		return false, fmt.Errorf("exit code %d: %s", res.Code, res.Err)
	}
	if res, err = b.finishDeploy(ctx, finish); err != nil {
		return true, err
	}
	if res.Code != 0 && res.Code != 3 {
		return true, fmt.Errorf("%s: exit code %d: %s", finish, res.Code, res.Err)
	}
	end, broken, err := b.awaitSettled(ctx)
	if broken != "" {
		err = fmt.Errorf("%s: %s", end, broken)
	}
	return true, err
}

// finishDeploy runs a command as soon as the dead one's lock has expired. There may
// be nothing to resume: the first write was never made.
func (b *bench) finishDeploy(ctx context.Context, command string) (res rig.Result, err error) {
	err = lab.WaitUntil(ctx, time.Minute, "the lock of the dead has expired", func() (bool, error) {
		res, err = b.RunCommand(ctx, nil, command, "--yes", "--progress", "plain")
		return err == nil && res.Code != 6, err
	})
	if res.Code == 5 && strings.Contains(res.Err, "nothing to resume") {
		res.Code = 0
	}
	return res, err
}
