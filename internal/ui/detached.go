package ui

import (
	"sync"

	"version-manager/internal/progress"
)

// detached lets a face take its time. Whoever reads our output may stop doing
// so, in a pager or after Ctrl-S; a deploy must not stand still for that.
type detached struct {
	face Face

	mu     sync.Mutex // guards what follows
	queue  []progress.Event
	closed bool
	more   *sync.Cond // queue or closed changed
	done   chan struct{}
}

var _ Face = (*detached)(nil)

func detach(f Face) *detached {
	d := &detached{face: f, done: make(chan struct{})}
	d.more = sync.NewCond(&d.mu)
	go d.run()
	return d
}

// Show only queues, so it never blocks.
func (d *detached) Show(e progress.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue = append(d.queue, e)
	d.more.Signal()
}

// Close returns when everything was shown.
func (d *detached) Close() {
	d.mu.Lock()
	d.closed = true
	d.more.Signal()
	d.mu.Unlock()
	<-d.done
}

func (d *detached) run() {
	defer close(d.done)
	defer d.face.Close()
	for {
		events, ok := d.next()
		if !ok {
			return
		}
		for _, e := range events {
			d.face.Show(e)
		}
	}
}

// next waits for events; there are no more once it returns false.
func (d *detached) next() ([]progress.Event, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.queue) == 0 && !d.closed {
		d.more.Wait()
	}
	events := d.queue
	d.queue = nil
	return events, len(events) > 0
}
