package probe

import (
	"context"
	"crypto/tls"
	"time"
)

// Load is a mix of requests at a fixed total rate, for benches.
type Load struct {
	Base      string        // as in Config
	Rate      int           // requests per second in all, without the WebSockets
	Timeout   time.Duration // of each request that has none of its own
	Mix       []Part        // at least one
	Sockets   int           // WebSockets held open
	WebSocket string        // their path
	Interval  time.Duration // between two messages of one of them; 1 s where 0
	TLS       *tls.Config
	// Dial connects to the address of Base; nil: as the system does. It is how
	// requests for one host come in at different entrances.
	Dial Dial
}

// Part is one kind of request of a Load.
type Part struct {
	Kind    Kind // Kept uses a handful of kept-alive connections, all others fresh ones
	Weight  int  // its share of the rate is Weight of the sum of all weights
	Method  string
	Path    string
	Body    []byte
	Timeout time.Duration
	// Check looks at an answer whose status is fine; an error makes it Garbled.
	// It gets the first 4 KiB of the body and runs on many goroutines.
	Check func(Answer) error
}

// Start begins to ask. It ends by Stop, or stops asking when ctx ends.
func (l Load) Start(ctx context.Context) *Prober {
	dial, host := dialTo(l.Base, l.TLS, l.Dial)
	c := newClient(dial, host)
	c.keep = keptLoad
	p := newProber(ctx, c, l.Rate, l.Timeout)
	shots := make([]*shot, len(l.Mix))
	for i, t := range l.Mix {
		shots[i] = t.shot(p)
	}
	if len(shots) > 0 {
		p.startLoop(shots)
	}
	for range l.Sockets {
		p.startSocket(l.WebSocket, orDefault(l.Interval, time.Second))
	}
	return p
}

// keptLoad is how many connections a load keeps alive: enough that none of
// them is ever a bottleneck.
const keptLoad = 64

func (t Part) shot(p *Prober) *shot {
	method := orDefault(t.Method, "GET")
	fallback := p.timeout
	if t.Kind == Slow {
		fallback = slowTimeout
	}
	return &shot{
		kind: t.Kind, weight: max(t.Weight, 1), method: method, head: p.head(method, t.Path, t.Body),
		body: t.Body, timeout: orDefault(t.Timeout, fallback), check: t.Check,
	}
}

// orDefault returns value, or fallback where value is zero.
func orDefault[T comparable](value, fallback T) T {
	var zero T
	if value == zero {
		return fallback
	}
	return value
}
