// Package upload receives files from strangers. However many of them there
// are, however slowly they send and whatever they claim, the memory that it
// takes is bounded, and whoever sends at an ordinary speed gets a place.
//
// A [Receiver] has a number of places. [Receiver.Admit] takes one for as long
// as a body arrives; when all are taken, the slowest one has to leave, unless
// all of them have just begun. [Receiver.Keep] stores what arrives, the first
// part in memory and the rest in a file without a name, and gives it back as
// a [File]. Nothing else has to be held while a body trickles in.
package upload

import (
	"errors"
	"io"
	"sync"
	"time"
)

// Why an upload is refused.
var (
	ErrBusy = errors.New("too many uploads at once")
	ErrSlow = errors.New("upload too slow")
	ErrDisk = errors.New("no temporary file")
)

// Limits bound what uploads may take.
type Limits struct {
	Slots  int           // uploads at a time
	Memory int64         // bytes of the first parts of all files together
	Disk   int64         // bytes of what exceeds them
	Total  time.Duration // of one upload
	Idle   time.Duration // without a single byte
	Grace  time.Duration // in which no upload is judged by its rate
	Rate   int64         // bytes per second on average, after Grace
	Yield  time.Duration // after which an upload may lose its place to another
}

// DefaultLimits suit a phone with a weak signal. Those uploads that have a
// place take at most half of the memory, so a crowd of slow ones leaves the
// other half to what arrives at once and waits for being looked at.
func DefaultLimits(disk int64) Limits {
	const places = 64
	return Limits{
		Slots: places, Memory: 2 * places * memoryPartSize, Disk: disk, Total: 60 * time.Second, Idle: 10 * time.Second,
		Grace: 10 * time.Second, Rate: 8 << 10, Yield: 3 * time.Second,
	}
}

// Receiver receives files. It may be used by many at once.
type Receiver struct {
	limits Limits
	mu     sync.Mutex
	open   map[*Body]struct{}
	memory int64 // bytes in use
	disk   int64
}

// NewReceiver returns a Receiver with those limits.
func NewReceiver(l Limits) *Receiver { return &Receiver{limits: l, open: map[*Body]struct{}{}} }

// AcquireSlot gives a request's body a place, which Leave gives back. deadline sets
// the time at which a read of it fails, as http.ResponseController does.
func (r *Receiver) AcquireSlot(body io.Reader, deadline func(time.Time) error) (*Body, error) {
	b := &Body{receiver: r, body: body, deadline: deadline, start: time.Now()}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.open) >= r.limits.Slots && !r.evictSlowest(b.start) {
		return nil, ErrBusy
	}
	r.open[b] = struct{}{}
	return b, nil
}

// evictSlowest ends the slowest upload that is no longer new.
func (r *Receiver) evictSlowest(now time.Time) bool {
	return r.evictFirst(now, func(a, b *Body) bool { return a.averageRate(now) < b.averageRate(now) })
}

// evictFirst ends the first upload in that order, of those that are no longer new.
func (r *Receiver) evictFirst(now time.Time, before func(a, b *Body) bool) bool {
	var first *Body
	for b := range r.open {
		if now.Sub(b.start) >= r.limits.Yield && (first == nil || before(b, first)) {
			first = b
		}
	}
	if first == nil {
		return false
	}
	delete(r.open, first)
	first.endEarly(now)
	return true
}

// reserveBytes takes bytes of memory or disk, if there are as many left. Where the
// disk is full, the largest upload that is no longer new ends.
func (r *Receiver) reserveBytes(memory, disk int64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.disk+disk > r.limits.Disk {
		r.evictFirst(time.Now(), func(a, b *Body) bool { return a.read.Load() > b.read.Load() })
		return false
	}
	if r.memory+memory > r.limits.Memory {
		return false
	}
	r.memory += memory
	r.disk += disk
	return true
}

func (r *Receiver) releaseBytes(memory, disk int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.memory -= memory
	r.disk -= disk
}

// CountOpen returns the number of uploads under way.
func (r *Receiver) CountOpen() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}
