package entrances

import (
	"context"
	"time"
)

// search is one search for endpoints, on behalf of all who ask meanwhile.
type search struct {
	done      chan struct{}
	endpoints []endpoint // once done
	err       error
}

// findEndpoints returns how the gateway is reached: as configured, or else as
// found. It searches again from time to time, which nobody waits for, and
// keeps what it knows while a search finds nothing: neither users nor the
// probe depend on the API server.
func (f *Finder) findEndpoints(ctx context.Context) ([]endpoint, error) {
	known, s := f.knownEndpoints(ctx)
	if s == nil || len(known) > 0 {
		return known, nil
	}
	select {
	case <-s.done:
		return s.endpoints, s.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// knownEndpoints returns the known endpoints, and the search for newer ones if
// they are old.
func (f *Finder) knownEndpoints(ctx context.Context) ([]endpoint, *search) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.foundAt.IsZero() && time.Since(f.foundAt) < searchInterval {
		return f.endpoints, nil
	}
	if f.search == nil {
		f.search = &search{done: make(chan struct{})}
		go f.runSearch(context.WithoutCancel(ctx), f.search)
	}
	return f.endpoints, f.search
}

func (f *Finder) runSearch(ctx context.Context, s *search) {
	defer close(s.done)
	s.endpoints, s.err = f.searchEndpoints(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	if s.err == nil && len(s.endpoints) > 0 {
		f.endpoints = s.endpoints
	}
	if s.err == nil || len(f.endpoints) > 0 {
		f.foundAt = time.Now()
	}
	f.search = nil
}
