package awake

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/waittest"
)

func TestWithTimeout(t *testing.T) {
	why := errors.New("too long")
	for _, d := range []time.Duration{0, time.Millisecond, 250 * time.Millisecond, 10 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			ctx, cancel := WithTimeout(t.Context(), d, why)
			defer cancel()
			waittest.Receive(t, ctx.Done())
			if took := time.Since(began); took != d || context.Cause(ctx) != why {
				t.Errorf("%s: ended after %s with %v", d, took, context.Cause(ctx))
			}
		})
	}
}

func TestWithTimeoutEndsWithItsParentAndByCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		parent, end := context.WithCancel(t.Context())
		child, cancel := WithTimeout(parent, time.Hour, errors.New("late"))
		other, stop := WithTimeout(t.Context(), time.Hour, errors.New("late"))
		end()
		stop()
		synctest.Wait()
		if !errors.Is(context.Cause(child), context.Canceled) || !errors.Is(context.Cause(other), context.Canceled) {
			t.Errorf("%v, %v", context.Cause(child), context.Cause(other))
		}
		cancel()
	})
}

// A late look is a sleep, of which little counts.
func TestStopwatchLeavesSleepOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s Stopwatch
		s.Elapsed()
		for range 10 {
			time.Sleep(100 * time.Millisecond)
			s.Elapsed()
		}
		time.Sleep(25 * time.Second)
		if got := s.Elapsed(); got != time.Second+longest {
			t.Errorf("counted %s, want %s", got, time.Second+longest)
		}
	})
}

func TestPulseNoticesBothKindsOfSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var lid time.Duration
		p := newPulse(func() time.Duration { return lid })
		beat := func(n int) {
			for range n {
				time.Sleep(100 * time.Millisecond)
				p.Beat()
			}
		}
		beat(20)
		time.Sleep(shortest - 101*time.Millisecond) // a busy machine
		beat(20)
		if s := p.Sleeps(); len(s) != 0 {
			t.Errorf("without a sleep: %v", s)
		}
		before := time.Now()
		time.Sleep(25 * time.Second) // stopped: the clock goes on
		if !p.SleptSince(before) {
			t.Error("a sleep is noticed only by the next beat")
		}
		beat(20)
		after := time.Now()
		lid += time.Hour // suspended: the clock stands still
		beat(1)
		if s := p.Sleeps(); len(s) != 2 || s[0].For != 25*time.Second || s[1].For < time.Hour {
			t.Errorf("sleeps: %v", s)
		}
		beat(20)
		if !p.SleptSince(after) || p.SleptSince(time.Now().Add(2*time.Hour)) {
			t.Error("when there was a sleep is wrong")
		}
	})
}
