package upstream

import (
	"context"
	"net"
	"testing"
	"testing/synctest"
	"time"
)

// pipeConn is a connection whose other end stays open.
func pipeConn(t *testing.T) *Conn {
	t.Helper()
	a, b := net.Pipe()
	t.Cleanup(func() { a.Close(); b.Close() })
	return NewConn(a)
}

// isClosed reports whether we have closed c.
func isClosed(c *Conn) bool { return c.SetDeadline(time.Time{}) != nil }

// listen accepts connections and keeps them open.
func listen(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { c.Close() })
		}
	}()
	return l.Addr().String()
}

func TestKeptConnectionIsReused(t *testing.T) {
	in := NewInstance(listen(t), Options{DialTimeout: time.Second})
	acquire := func(policy ReusePolicy) *Conn {
		t.Helper()
		c, err := in.AcquireConn(context.Background(), policy)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := acquire(ReuseAny)
	if first.Reused {
		t.Error("a new connection says that it was used before")
	}
	first.Answered, first.LastRead, first.IdleLimit = true, time.Now(), time.Minute
	in.KeepIdle(first)
	if c := acquire(ReuseNone); c == first {
		t.Error("ReuseNone used a kept connection")
	}
	if c := acquire(ReuseProven); c == first {
		t.Error("ReuseProven used a connection that is not proven")
	}
	if in.CountAlive() != 1 {
		t.Errorf("%d connections are kept, want 1", in.CountAlive())
	}
	in.SawOpen(time.Hour)
	if c := acquire(ReuseProven); c != first || !c.Reused || c.Answered {
		t.Errorf("ReuseProven: %v, reused %t, answered %t", c == first, c.Reused, c.Answered)
	}
	first.LastRead = time.Now()
	in.KeepIdle(first)
	if c := acquire(ReuseAny); c != first {
		t.Error("ReuseAny opened a new connection")
	}
	first.LastRead = time.Now().Add(-time.Minute)
	in.KeepIdle(first)
	if c := acquire(ReuseAny); c == first || !isClosed(first) {
		t.Error("a connection was used at its limit")
	}
}

func TestBackoff(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	l.Close()
	in := NewInstance(address, Options{DialTimeout: time.Second, Backoff: time.Minute})
	if in.IsBackingOff() {
		t.Error("at first")
	}
	canceled, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := in.AcquireConn(canceled, ReuseAny); err == nil || in.IsBackingOff() {
		t.Errorf("after a canceled dial: %v", err)
	}
	if _, err := in.AcquireConn(context.Background(), ReuseAny); err == nil || !in.IsBackingOff() {
		t.Errorf("after a failed dial: %v", err)
	}
	in.born = in.born.Add(-2 * time.Minute)
	if in.IsBackingOff() {
		t.Error("after the backoff")
	}
}

// TestIdleLimit: a connection is kept for its limit, and closed at it.
func TestIdleLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		in := NewInstance("a", Options{})
		short, long := pipeConn(t), pipeConn(t)
		short.LastRead, short.IdleLimit = time.Now(), time.Second
		long.LastRead, long.IdleLimit = time.Now(), 3*time.Second
		in.KeepIdle(short)
		in.KeepIdle(long)
		for _, step := range []struct {
			wait        time.Duration
			short, long bool // closed
		}{
			{time.Second - 1, false, false}, {2, true, false}, {2*time.Second - 2, true, false}, {2, true, true},
		} {
			time.Sleep(step.wait)
			synctest.Wait()
			if isClosed(short) != step.short || isClosed(long) != step.long {
				t.Errorf("after %s: short closed %t, long closed %t", step.wait, isClosed(short), isClosed(long))
			}
		}
		if len(in.idle) != 0 || in.reaper != nil {
			t.Errorf("%d connections and reaper %v are left", len(in.idle), in.reaper)
		}
	})
}

func TestWhatIsNotKept(t *testing.T) {
	in := NewInstance("a", Options{})
	for _, limit := range []time.Duration{0, -1} {
		c := pipeConn(t)
		c.IdleLimit = limit
		if in.KeepIdle(c); !isClosed(c) {
			t.Errorf("kept with a limit of %s", limit)
		}
	}
	kept := pipeConn(t)
	kept.LastRead, kept.IdleLimit = time.Now(), time.Nanosecond+time.Minute
	if in.KeepIdle(kept); isClosed(kept) {
		t.Error("not kept")
	}
	in.CloseIdle()
	late := pipeConn(t)
	late.LastRead, late.IdleLimit = time.Now(), time.Minute
	if in.KeepIdle(late); !isClosed(kept) || !isClosed(late) || in.reaper != nil {
		t.Error("an instance that left the pool keeps connections")
	}
	in.AllowIdle()
	again := pipeConn(t)
	again.LastRead, again.IdleLimit = time.Now(), time.Minute
	if in.KeepIdle(again); isClosed(again) {
		t.Error("an instance that came back keeps none")
	}
	in.CloseIdle()
}
