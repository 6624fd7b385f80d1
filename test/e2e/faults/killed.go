package main

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"version-manager/test/bench/rig"
	"version-manager/test/e2e/lab"
)

func (b *bench) killedAndResumed(ctx context.Context) (rig.Result, error) {
	return b.killed(ctx, "resume")
}

func (b *bench) killedAndTakenBack(ctx context.Context) (rig.Result, error) {
	return b.killed(ctx, "rollback")
}

// killed kills the command line before and after its first write to the
// journal, its second, and so on, until it comes to its end unharmed; each
// time the other command finishes what was left.
func (b *bench) killed(ctx context.Context, finish string) (rig.Result, error) {
	kills := 0
	for _, when := range []string{"before", "after"} {
		for seq := 1; ; seq++ {
			point := fmt.Sprintf("%s:%d", when, seq)
			fmt.Fprintf(os.Stderr, "\r\x1b[Kkilled %s write %d, then %s", when, seq, finish)
			now, err := b.Status(ctx)
			if err != nil {
				return rig.Result{}, err
			}
			res, err := b.Run(ctx, []string{"VERSION_MANAGER_KILL=" + point}, "zero-downtime", string(other(now)), "--progress", "plain")
			if err != nil {
				return res, err
			}
			if res.Code != -1 {
				break
			}
			kills++
			if res, err = b.finish(ctx, finish); err != nil || res.Code != 0 && res.Code != 3 {
				return res, err
			}
			if end, broken, err := b.settled(ctx); err != nil || broken != "" {
				return res, fmt.Errorf("killed %s, then %s: %s, %s: %w", point, finish, end, broken, err)
			}
		}
	}
	if kills < 10 {
		return rig.Result{}, fmt.Errorf("only %d kills", kills)
	}
	return rig.Result{}, nil
}

// finish runs a command as soon as the dead one's lock has expired. There may
// be nothing to resume: the first write was never made.
func (b *bench) finish(ctx context.Context, command string) (res rig.Result, err error) {
	err = lab.Until(ctx, time.Minute, "the lock of the dead has expired", func() (bool, error) {
		res, err = b.Run(ctx, nil, command, "--yes", "--progress", "plain")
		return err == nil && res.Code != 6, err
	})
	if res.Code == 5 && strings.Contains(res.Err, "nothing to resume") {
		res.Code = 0
	}
	return res, err
}
