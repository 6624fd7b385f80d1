package probe

import (
	"cmp"
	"context"
	"crypto/tls"
	"net/http"
	"strings"
	"sync"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/kit/awake"
	"version-manager/internal/kit/wait"
	"version-manager/internal/wire"
)

// Config says what a Prober asks for.
type Config struct {
	Base      string        // "http://127.0.0.1:30001": a public entrance
	Path      string        // cheap page; "/" where empty
	Rate      int           // requests per second, at least 1
	Timeout   time.Duration // after which a request counts as failed; 5 s where 0
	Slow      string        // path that takes seconds, or empty
	WebSocket string        // path that echoes messages, or empty
	Secret    string        // by which the ingress knows a probe; empty: none exists
	TLS       *tls.Config   // for https; nil means the system's roots
	Dial      Dial          // nil: as the system does
}

const (
	defaultTimeout = 5 * time.Second
	slowTimeout    = 90 * time.Second       // the longest that a slow request may take
	slowInterval   = 250 * time.Millisecond // between two starts, should it not be slow at all
	echoInterval   = 250 * time.Millisecond
)

// Start begins to ask. It ends by Stop, or stops asking when ctx ends.
func Start(ctx context.Context, c Config) *Prober {
	dial, host := dialTo(c.Base, c.TLS, c.Dial)
	return start(ctx, c, dial, host)
}

func start(ctx context.Context, c Config, dial dialer, host string) *Prober {
	client := newClient(dial, host)
	client.secret = cmp.Or(c.Secret, client.secret)
	p := newProber(ctx, client, c.Rate, c.Timeout)
	page := p.head("GET", c.Path, nil)
	p.startLoop([]*shot{
		{kind: Fresh, weight: 1, method: "GET", head: page, timeout: p.timeout},
		{kind: Kept, weight: 1, method: "GET", head: page, timeout: p.timeout},
	})
	if c.Slow != "" {
		slow := &shot{kind: Slow, method: "GET", head: p.head("GET", c.Slow, nil), timeout: slowTimeout}
		p.wg.Go(func() { p.repeat(slow) })
	}
	if c.WebSocket != "" {
		p.startSocket(c.WebSocket, echoInterval)
	}
	return p
}

// Prober asks until it is stopped. All methods may be called at any time and
// from any goroutine.
type Prober struct {
	*sender
	ctx     context.Context // its end stops the asking
	quit    context.CancelFunc
	kill    context.CancelFunc // ends sender.hard
	rate    int
	timeout time.Duration
	wg      sync.WaitGroup
}

func newProber(ctx context.Context, c *client, rate int, timeout time.Duration) *Prober {
	if timeout <= 0 {
		timeout = defaultTimeout
	}
	p := &Prober{rate: max(rate, 1), timeout: timeout}
	p.ctx, p.quit = context.WithCancel(ctx)
	hard, kill := context.WithCancel(context.WithoutCancel(ctx))
	p.kill = kill
	p.sender = &sender{client: c, rec: newRecorder(time.Now(), p.rate), hard: hard, pulse: awake.NewPulse()}
	go p.pulse.Run(hard)
	return p
}

func (p *Prober) startLoop(shots []*shot) {
	p.wg.Go(func() { p.rec.end(p.loop(p.ctx, shots, p.rate, &p.wg)) })
}

func (p *Prober) startSocket(path string, interval time.Duration) {
	// The dialer already speaks TLS where there is any: http in either case.
	s := &socket{sender: p.sender, url: "http://" + p.host + "/" + strings.TrimPrefix(path, "/"), header: http.Header{wire.HeaderProbe: {p.secret}}, interval: interval, timeout: p.timeout}
	p.wg.Go(func() { s.run(p.ctx) })
}

// repeat keeps one request open. Nobody waits for the last one: what it had to
// show it showed when the route changed, and a person waits for the report.
func (p *Prober) repeat(s *shot) {
	g := *p.sender
	g.hard = p.ctx
	for p.ctx.Err() == nil {
		began := time.Now()
		g.sendRequest(s, began, nil)
		_ = wait.SleepContext(p.ctx, slowInterval-time.Since(began))
	}
}

// CountRequests counts the requests that came to an end so far, and those of them
// that failed.
func (p *Prober) CountRequests() (sent, failed int) { return p.rec.countRequests() }

// StatsSince looks at the requests that were due at since or later and have ended.
// See Record.Window.
func (p *Prober) StatsSince(c color.Color, since time.Time) Stats {
	return p.rec.snapshot().StatsSince(c, since)
}

// Measure sums up what was seen so far.
func (p *Prober) Measure() Measurement { return p.Record().Measure() }

// Record is everything that was sampled so far, to be read only.
func (p *Prober) Record() Record {
	r := p.rec.snapshot()
	r.sleeps = p.pulse.Sleeps()
	return r
}

// Stop ends the asking, waits up to the timeout for what is outstanding, and
// sums up. The slow request of a Prober is cut and counted as abandoned.
// Calling it again returns the same.
func (p *Prober) Stop() Measurement {
	p.quit()
	timer := time.AfterFunc(p.timeout+lateAfter, p.kill)
	p.wg.Wait()
	timer.Stop()
	p.kill()
	p.closeIdle()
	return p.Measure()
}
