// Package upload receives files from untrusted clients. The memory that it uses is
// limited, however many clients there are, however slowly they send, and whatever they
// claim. A client that sends at a normal speed gets a slot.
//
// A [Receiver] has a number of slots. [Receiver.AcquireSlot] takes one while a body
// arrives. If all are taken, the slowest upload has to end, unless all have just begun.
// [Receiver.StoreFile] stores what arrives as a [File]: the first part in memory, the
// rest in a file without a name. Nothing else is held while a body arrives.
package upload

import (
	"errors"
	"io"
	"sync"
	"time"
)

// Reasons why an upload is refused.
var (
	ErrBusy = errors.New("too many uploads at once")
	ErrSlow = errors.New("upload too slow")
	ErrDisk = errors.New("no temporary file")
)

// Limits limit all uploads together and each of them.
type Limits struct {
	Slots  int           // uploads at a time
	Memory int64         // bytes of the first parts of all files together
	Disk   int64         // bytes of what exceeds them
	Total  time.Duration // for one upload
	Idle   time.Duration // without a byte
	Grace  time.Duration // in which the rate does not matter
	Rate   int64         // minimum average after Grace, in bytes per second
	Yield  time.Duration // after which an upload may lose its slot to another
}

// DefaultLimits suit a phone with a weak signal. Uploads with a slot use at most half
// of the memory, so many slow ones leave the other half to those that have arrived and
// wait to be decoded.
func DefaultLimits(disk int64) Limits {
	const slots = 64
	return Limits{
		Slots: slots, Memory: 2 * slots * memoryPartSize, Disk: disk, Total: 60 * time.Second, Idle: 10 * time.Second,
		Grace: 10 * time.Second, Rate: 8 << 10, Yield: 3 * time.Second,
	}
}

// Receiver receives files. It can be used concurrently.
type Receiver struct {
	limits Limits
	mu     sync.Mutex
	open   map[*Body]struct{}
	memory int64 // bytes in use
	disk   int64
}

// NewReceiver returns a Receiver with those limits.
func NewReceiver(l Limits) *Receiver { return &Receiver{limits: l, open: map[*Body]struct{}{}} }

// AcquireSlot gives a request's body a slot until ReleaseSlot. The function deadline
// sets the time at which a read of the body fails, like that of
// http.ResponseController.
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

// evictSlowest ends the slowest upload that is not new.
func (r *Receiver) evictSlowest(now time.Time) bool {
	return r.evictFirst(now, func(a, b *Body) bool { return a.averageRate(now) < b.averageRate(now) })
}

// evictFirst ends the first upload in the given order that is not new.
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

// reserveBytes reserves memory or disk, if enough is left. If the disk is full, it
// ends the largest upload that is not new.
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

// CountOpen returns the number of uploads with a slot.
func (r *Receiver) CountOpen() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.open)
}
