package kubernetes

import (
	"context"
	"errors"
	"sync"
	"time"
)

const clockAge = time.Minute // for which two clocks are taken to go alike

// clock compares ours with the API server's.
type clock struct {
	mu    sync.Mutex
	ahead time.Duration // the server's, of ours
	asked time.Time
}

// serverNow is what the API server's clock shows now, by how far it was ahead
// of ours a moment ago. Who may not ask it has only his own.
func (t *Target) serverNow(ctx context.Context) time.Time {
	c := &t.clock
	c.mu.Lock()
	ahead, asked := c.ahead, c.asked
	c.mu.Unlock()
	if asked.IsZero() || time.Since(asked) >= clockAge {
		at, err := t.serverTime(ctx)
		if err == nil {
			ahead = time.Until(at)
		}
		if ctx.Err() == nil {
			c.mu.Lock()
			c.ahead, c.asked = ahead, time.Now()
			c.mu.Unlock()
		}
	}
	return time.Now().Add(ahead)
}

// serverTime asks for the API server's clock.
func (t *Target) serverTime(ctx context.Context) (time.Time, error) {
	o, err := t.app.Kube.DryApply(ctx, t.leaseObject(lease{holder: "nobody", acquired: time.Now(), renewed: time.Now()}))
	if err != nil {
		return time.Time{}, err
	}
	at := writtenAt(o, "Apply")
	if at.IsZero() {
		return at, errors.New("the API server does not say when it wrote an object")
	}
	return at, nil
}
