package kubernetes

import (
	"context"
	"time"
)

// search is one look for the ways in, on behalf of all who ask meanwhile.
type search struct {
	done chan struct{}
	ways []way // once done
	err  error
}

// ways returns how the gateway is reached: as configured, else as found. What
// was found is looked for again now and then, which nobody waits for, and
// stays while that finds nothing: whether users get through has nothing to do
// with the API server, nor has it for the probe.
func (t *Target) ways(ctx context.Context) ([]way, error) {
	known, s := t.knownWays(ctx)
	if s == nil || len(known) > 0 {
		return known, nil
	}
	select {
	case <-s.done:
		return s.ways, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// knownWays are those that are known, and the search for newer ones if they
// are old.
func (t *Target) knownWays(ctx context.Context) ([]way, *search) {
	d := &t.door
	d.entry.Lock()
	defer d.entry.Unlock()
	if !d.found.IsZero() && time.Since(d.found) < entranceAge {
		return d.ways, nil
	}
	if d.search == nil {
		d.search = &search{done: make(chan struct{})}
		go t.searchWays(context.WithoutCancel(ctx), d.search)
	}
	return d.ways, d.search
}

func (t *Target) searchWays(ctx context.Context, s *search) {
	defer close(s.done)
	s.ways, s.err = t.findWays(ctx)
	d := &t.door
	d.entry.Lock()
	defer d.entry.Unlock()
	if s.err == nil && len(s.ways) > 0 {
		d.ways = s.ways
	}
	if s.err == nil || len(d.ways) > 0 {
		d.found = time.Now()
	}
	d.search = nil
}
