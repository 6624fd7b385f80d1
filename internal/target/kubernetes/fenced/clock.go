package fenced

import (
	"context"
	"errors"
	"sync"
	"time"

	"version-manager/internal/target/kubernetes/objects"
)

const clockMaxAge = time.Minute // for which a comparison of two clocks is used

// serverClock compares our clock with the API server's.
type serverClock struct {
	app *objects.App

	mu       sync.Mutex
	ahead    time.Duration // of the server's clock
	compared time.Time
}

// estimateNow is what the API server's clock shows now, by how far it was
// ahead of ours a moment ago. A user who may not ask it
// has only the local clock.
func (c *serverClock) estimateNow(ctx context.Context) time.Time {
	c.mu.Lock()
	ahead, compared := c.ahead, c.compared
	c.mu.Unlock()
	if compared.IsZero() || time.Since(compared) >= clockMaxAge {
		at, err := c.readNow(ctx)
		if err == nil {
			ahead = time.Until(at)
		}
		if ctx.Err() == nil {
			c.mu.Lock()
			c.ahead, c.compared = ahead, time.Now()
			c.mu.Unlock()
		}
	}
	return time.Now().Add(ahead)
}

// readNow reads the API server's clock: the time that a dry run would note.
func (c *serverClock) readNow(ctx context.Context) (time.Time, error) {
	o, err := c.app.Kube.DryApply(ctx, newLeaseObject(c.app, lease{holder: "nobody", acquired: time.Now(), renewed: time.Now()}))
	if err != nil {
		return time.Time{}, err
	}
	at := lastWritten(o, "Apply")
	if at.IsZero() {
		return at, errors.New("the API server does not say when it wrote an object")
	}
	return at, nil
}
