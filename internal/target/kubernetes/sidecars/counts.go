// Package sidecars talks to the sidecars in the pods of a color: it reads what
// they count and tells them to say goodbye to WebSockets.
//
// It knows pods, but neither the route nor the lock.
package sidecars

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/wire"
)

const (
	countsTimeout  = time.Second       // for one read of one pod's counts
	inquiryTimeout = 5 * countsTimeout // for the request behind it, which later reads share
	maxCountsBytes = 1 << 20           // of a sidecar's response, which a pod could give in its place
)

// Counts is what sidecars count of the requests to their pods.
type Counts struct {
	InFlight int    `json:"inFlight"`
	Tunnels  int    `json:"tunnels"`
	Requests uint64 `json:"requests"`
	Errors   uint64 `json:"errors"`
}

func (c Counts) addCounts(d Counts) Counts {
	return Counts{c.InFlight + d.InFlight, c.Tunnels + d.Tunnels, c.Requests + d.Requests, c.Errors + d.Errors}
}

// totalsOnly is what remains of the counts once a pod is gone.
func (c Counts) totalsOnly() Counts { return Counts{Requests: c.Requests, Errors: c.Errors} }

// podCounter reads the counts of one pod.
type podCounter struct {
	client *pods.HTTPClient

	mu      sync.Mutex
	earlier Counts // of the sidecar before it was restarted
	last    Counts
	current *inquiry // nil: none is running
}

// inquiry is one request for the counts.
type inquiry struct {
	began time.Time
	done  chan struct{}
}

func newPodCounter(d pods.Dialer, namespace, pod string) *podCounter {
	return &podCounter{client: pods.NewHTTPClient(d, namespace, pod, wire.SidecarAdminPort)}
}

// readCounts returns the pod's counts, or the last known ones if the sidecar
// does not answer in time. All reads share one request, so that a silent
// sidecar delays only the first of them.
func (p *podCounter) readCounts(ctx context.Context) Counts {
	p.mu.Lock()
	q := p.current
	if q == nil {
		q = &inquiry{time.Now(), make(chan struct{})}
		p.current = q
		go p.runInquiry(q)
	}
	p.mu.Unlock()
	timeout := time.NewTimer(countsTimeout - time.Since(q.began))
	defer timeout.Stop()
	select {
	case <-q.done:
	case <-timeout.C:
	case <-ctx.Done():
	}
	return p.lastCounts()
}

func (p *podCounter) lastCounts() Counts {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.earlier.addCounts(p.last)
}

func (p *podCounter) runInquiry(q *inquiry) {
	ctx, cancel := context.WithTimeout(context.Background(), inquiryTimeout)
	defer cancel()
	counts, err := p.requestCounts(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	if err == nil {
		if counts.Requests < p.last.Requests { // the sidecar was restarted and counts from zero
			p.earlier = p.earlier.addCounts(p.last.totalsOnly())
		}
		p.last = counts
	}
	p.current = nil
	close(q.done)
}

func (p *podCounter) requestCounts(ctx context.Context) (c Counts, err error) {
	return c, p.client.SendRequest(ctx, http.MethodGet, "/counts", func(res *http.Response) error {
		return json.NewDecoder(io.LimitReader(res.Body, maxCountsBytes)).Decode(&c)
	})
}
