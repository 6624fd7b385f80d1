package ui

import (
	"sync"

	"version-manager/internal/progress"
)

// queuedDisplay lets a display take its time. The reader of our output may stop
// reading, in a pager or after Ctrl-S, and a deploy must not wait for that.
type queuedDisplay struct {
	face Display

	mu     sync.Mutex // guards what follows
	queue  []progress.Event
	closed bool
	more   *sync.Cond // queue or closed changed
	done   chan struct{}
}

var _ Display = (*queuedDisplay)(nil)

func newQueued(f Display) *queuedDisplay {
	d := &queuedDisplay{face: f, done: make(chan struct{})}
	d.more = sync.NewCond(&d.mu)
	go d.showQueued()
	return d
}

// ShowEvent only queues, so it never blocks.
func (d *queuedDisplay) ShowEvent(e progress.Event) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue = append(d.queue, e)
	d.more.Signal()
}

// Close returns when everything was shown.
func (d *queuedDisplay) Close() {
	d.mu.Lock()
	d.closed = true
	d.more.Signal()
	d.mu.Unlock()
	<-d.done
}

func (d *queuedDisplay) showQueued() {
	defer close(d.done)
	defer d.face.Close()
	for {
		events, ok := d.waitForEvents()
		if !ok {
			return
		}
		for _, e := range events {
			d.face.ShowEvent(e)
		}
	}
}

// waitForEvents waits for events; there are no more once it returns false.
func (d *queuedDisplay) waitForEvents() ([]progress.Event, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for len(d.queue) == 0 && !d.closed {
		d.more.Wait()
	}
	events := d.queue
	d.queue = nil
	return events, len(events) > 0
}
