package probe

import (
	"context"
	"sync"
	"time"
)

// maxOutstanding bounds the requests that wait for an answer at one time.
// Beyond it requests are skipped, and said to be.
const maxOutstanding = 2048

// maxScratch is how much of an answer a Check gets to see.
const maxScratch = 4 << 10

// loop fires shots in turn at a fixed rate until ctx ends. The schedule
// depends on the start alone: neither a slow target nor a slow machine moves
// it. Requests that were due while this machine slept never existed. It returns
// when the last request was fired, with the instant at which it was due.
func (g *sender) loop(ctx context.Context, shots []*shot, rate int, wg *sync.WaitGroup) time.Time {
	start := g.rec.start
	slots := make(chan struct{}, maxOutstanding)
	scratch := sync.Pool{New: func() any { return new([maxScratch]byte) }}
	turn := newTurns(shots)
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := 0; ; i++ {
		due := start.Add(time.Duration(i) * time.Second / time.Duration(rate))
		timer.Reset(time.Until(due))
		select {
		case <-ctx.Done():
			return start.Add(time.Duration(max(i-1, 0)) * time.Second / time.Duration(rate))
		case <-timer.C:
		}
		s := turn.next()
		if g.pulse.SleptAt(due) {
			continue
		}
		if time.Since(due) > s.timeout || !acquire(slots) {
			g.record(s.kind, Skipped, due, time.Now(), Source{})
			continue
		}
		wg.Go(func() {
			defer func() { <-slots }()
			buf := scratch.Get().(*[maxScratch]byte)
			defer scratch.Put(buf)
			g.sendRequest(s, due, buf[:])
		})
	}
}

func acquire(slots chan struct{}) bool {
	select {
	case slots <- struct{}{}:
		return true
	default:
		return false
	}
}

// turns deals shots out by weight, as evenly spread as can be.
type turns struct {
	shots  []*shot
	credit []int
	total  int
}

func newTurns(shots []*shot) *turns {
	t := &turns{shots: shots, credit: make([]int, len(shots))}
	for _, s := range shots {
		t.total += s.weight
	}
	return t
}

func (t *turns) next() *shot {
	best := 0
	for i, s := range t.shots {
		t.credit[i] += s.weight
		if t.credit[i] > t.credit[best] {
			best = i
		}
	}
	t.credit[best] -= t.total
	return t.shots[best]
}
