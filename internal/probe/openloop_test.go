package probe

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/wire"
)

// pipes is a dialer of connections in memory, on which stub answers.
func pipes(stub func(net.Conn)) dialer {
	return func(context.Context, time.Time) (net.Conn, error) {
		ours, theirs := net.Pipe()
		go stub(theirs)
		return ours, nil
	}
}

// A target that stalls for a second at 100 requests a second makes 100 users
// wait, half a second on average. A probe that waited for each answer before
// it asks again would see a single slow request.
func TestStallIsSeenByEveryRequestDueInIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		gate := func() {
			if since := time.Since(began); since >= 2*time.Second && since < 3*time.Second {
				time.Sleep(3*time.Second - since)
			}
		}
		p := start(t.Context(), Config{Rate: 100}, pipes(stalling(gate)), "app")
		time.Sleep(5*time.Second - time.Millisecond)
		m := p.Stop()
		slow := 0
		for _, s := range p.rec.snapshot().Samples {
			if s.Took > lateAfter/2 {
				slow++
			}
		}
		if m.Sent != 500 || m.Failed != 0 || slow != 100 {
			t.Errorf("sent %d, failed %d, slow %d: want 500, 0, 100", m.Sent, m.Failed, slow)
		}
		if m.Max != 1000 || m.Gap != 1010 || m.Late != 0 || m.Skipped != 0 {
			t.Errorf("max %v, gap %v, late %d, skipped %d", m.Max, m.Gap, m.Late, m.Skipped)
		}
	})
}

// stalling is a server that passes a gate before each answer.
func stalling(gate func()) func(net.Conn) {
	return func(c net.Conn) {
		srv := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			gate()
			w.Header().Set(wire.HeaderColor, "blue")
		})}
		srv.Serve(&once{Conn: c})
	}
}

// once is a listener of one connection.
type once struct {
	net.Conn
	mu   sync.Mutex
	done bool
}

func (l *once) Accept() (net.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done {
		return nil, net.ErrClosed
	}
	l.done = true
	return l.Conn, nil
}
func (l *once) Addr() net.Addr { return l.LocalAddr() }
func (l *once) Close() error   { return nil }

// What is beyond the bound is not sent, and that is said.
func TestOverloadIsCountedAsSkipped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := start(t.Context(), Config{Rate: 1000, Timeout: 10 * time.Second}, pipes(func(c net.Conn) { io.Copy(io.Discard, c) }), "app")
		time.Sleep(5*time.Second - time.Microsecond)
		m := p.Stop()
		if m.Sent != maxOutstanding || m.Causes[Timeout] != maxOutstanding || m.Skipped != 5000-maxOutstanding {
			t.Errorf("sent %d, skipped %d, causes %v", m.Sent, m.Skipped, m.Causes)
		}
	})
}

// A machine that wakes up does not send what was due while it slept: a burst of
// late requests would make the version look slow that it meets.
func TestNothingIsDueWhileThisMachineSleeps(t *testing.T) {
	for _, sleep := range []time.Duration{3 * time.Second, 10 * time.Second, time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			p := newProber(t.Context(), newClient(pipes(stalling(func() {})), "app"), 50, 5*time.Second)
			p.kill() // ends the pulse's own goroutine, which would not run either
			p.hard = t.Context()
			synctest.Wait()
			time.Sleep(sleep)
			shots := []*shot{{kind: Fresh, weight: 1, method: "GET", head: p.head("GET", "/", nil), timeout: 5 * time.Second}}
			p.startLoop(shots)
			time.Sleep(time.Second - time.Millisecond)
			m := p.Stop()
			if m.Sent < 49 || m.Sent > 50 || m.Late != 0 || m.Skipped != 0 || m.Max != 0 || m.Gap > 100 {
				t.Errorf("asleep for %s: sent %d, late %d, skipped %d, slowest %v, gap %v, want 50 in time", sleep, m.Sent, m.Late, m.Skipped, m.Max, m.Gap)
			}
		})
	}
}

// An answer that came while this machine slept, or before it woke up, says
// nothing about how long the target takes.
func TestAnswersAcrossASleepAreNotTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(time.Now(), 10)
		asleep := func() { time.Sleep(20 * time.Second) }
		g := &sender{client: newClient(pipes(stalling(asleep)), "app"), rec: r, hard: t.Context(), pulse: awake.NewPulse()}
		g.sendRequest(&shot{kind: Fresh, method: "GET", head: g.head("GET", "/", nil), timeout: time.Minute}, time.Now(), nil)
		if m := r.snapshot().Measure(); m.Sent != 0 || m.Abandoned != 1 {
			t.Errorf("sent %d, abandoned %d, slowest %v", m.Sent, m.Abandoned, m.Max)
		}
	})
}

// What is sent late does not make a version look slow.
func TestLateRequestsAreNotCompared(t *testing.T) {
	r := Record{Started: time.Now(), Sources: []Source{{}}}
	for i := range 30 {
		r.Samples = append(r.Samples, Sample{At: time.Duration(i) * time.Millisecond, Took: time.Second, Late: i < 25})
	}
	for i := range r.Samples[25:] {
		r.Samples[25+i].Took = time.Millisecond
	}
	st := r.StatsSince(color.None, time.Time{})
	if st.Timely != 5 || st.P10 != time.Millisecond || st.P50 != time.Second {
		t.Errorf("%d in time, tenth %s, median %s", st.Timely, st.P10, st.P50)
	}
}

// What this machine sends behind schedule is marked, from a limit on.
func TestOwnLatenessIsMarked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRecorder(time.Now(), 10)
		g := &sender{client: newClient(pipes(stalling(func() {})), "app"), rec: r, hard: t.Context(), pulse: awake.NewPulse()}
		s := &shot{kind: Fresh, method: "GET", head: g.head("GET", "/", nil), timeout: time.Second}
		g.sendRequest(s, time.Now(), nil)
		g.sendRequest(s, time.Now().Add(-lateAfter), nil)
		g.sendRequest(s, time.Now().Add(-lateAfter-1), nil)
		m := r.snapshot().Measure()
		if m.Sent != 3 || m.Late != 1 {
			t.Errorf("sent %d, late %d", m.Sent, m.Late)
		}
		if got := r.snapshot().StatsSince(color.Blue, r.start.Add(-time.Second)).Sent; got != 3 {
			t.Errorf("window has %d", got)
		}
	})
}

func TestTurnsAreEvenlySpread(t *testing.T) {
	a, b := &shot{kind: Fresh, weight: 3}, &shot{kind: Kept, weight: 1}
	turn := newTurns([]*shot{a, b})
	var got string
	for range 8 {
		got += turn.next().kind.String()[:1]
	}
	if got != "ffkfffkf" {
		t.Errorf("turns %s", got)
	}
}
