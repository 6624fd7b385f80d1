// Package awake measures time without what a machine slept.
//
// A laptop whose lid is closed, a virtual machine that is moved, and a process
// that is stopped have one thing in common: on waking up, every timer that was
// running has expired at once, although nobody had a chance to do anything in
// that time. What is counted here is counted in small pieces, of which a sleep
// can make only one look longer, and that one is cut to size.
//
// [WithTimeout] and [Stopwatch] are for limits and waits; a [Pulse] notices
// sleeps, so that somebody can be told of them.
package awake

import (
	"context"
	"sync"
	"time"
)

const (
	piece   = 100 * time.Millisecond // in which a timeout is counted
	longest = 3 * piece              // that a piece may take on a busy machine
)

// WithTimeout is [context.WithTimeoutCause], but does not count the time that the
// machine slept.
// The context has no deadline that others could see.
func WithTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancelCause(ctx)
	go func() {
		var s Stopwatch
		for left := d; left > 0; left = d - s.Elapsed() {
			s.Elapsed()
			t := time.NewTimer(min(piece, left))
			select {
			case <-t.C:
			case <-ctx.Done():
				t.Stop()
				return
			}
		}
		cancel(cause)
	}()
	return ctx, func() { cancel(context.Canceled) }
}

// Stopwatch counts time, provided that somebody looks at it several times a
// second. It begins with the first look.
type Stopwatch struct {
	last  time.Time
	total time.Duration
}

// Elapsed is the time that was counted until now.
func (s *Stopwatch) Elapsed() time.Duration {
	now := time.Now()
	if !s.last.IsZero() {
		s.total += min(now.Sub(s.last), longest)
	}
	s.last = now
	return s.total
}

// Sleep is a time in which this process did not run.
type Sleep struct {
	From time.Time     `json:"from"`
	For  time.Duration `json:"-"`

	to time.Time // by the clock that may stand still in a suspended machine
}

// Within is how much of the sleep lies between two instants, by the clock that
// [time.Since] reads.
func (s Sleep) Within(from, to time.Time) time.Duration {
	if from.Before(s.From) {
		from = s.From
	}
	if to.After(s.to) {
		to = s.to
	}
	return max(0, to.Sub(from))
}

// Pulse notices sleeps. It is safe for concurrent use.
type Pulse struct {
	suspended func() time.Duration // what the machine slept since it was started

	mu     sync.Mutex
	last   time.Time
	before time.Duration // suspended at last
	sleeps []Sleep
}

// shortest is the shortest time that is called a sleep. A busy machine makes
// processes wait for less.
const shortest = 2 * time.Second

// NewPulse returns a pulse, which somebody has to beat.
func NewPulse() *Pulse { return newPulse(suspended) }

func newPulse(suspended func() time.Duration) *Pulse {
	return &Pulse{suspended: suspended, last: time.Now(), before: suspended()}
}

// Beat must be called several times a second.
func (p *Pulse) Beat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, slept := time.Now(), p.suspended()
	if gap := now.Sub(p.last) + slept - p.before; gap >= shortest {
		p.sleeps = append(p.sleeps, Sleep{From: p.last, For: gap, to: now})
	}
	p.last, p.before = now, slept
}

// Run beats until ctx ends.
func (p *Pulse) Run(ctx context.Context) {
	tick := time.NewTicker(piece)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.Beat()
		}
	}
}

// Sleeps returns all sleeps until now, also one that has just ended.
func (p *Pulse) Sleeps() []Sleep {
	p.Beat()
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Sleep(nil), p.sleeps...)
}

// SleptAt reports whether the process slept at t.
func (p *Pulse) SleptAt(t time.Time) bool {
	for _, s := range p.Sleeps() {
		if !t.Before(s.From) && t.Before(s.to) {
			return true
		}
	}
	return false
}

// SleptSince reports whether there was a sleep at t or later, in whole or in part.
func (p *Pulse) SleptSince(t time.Time) bool {
	for _, s := range p.Sleeps() {
		if !s.From.Add(s.For).Before(t) {
			return true
		}
	}
	return false
}
