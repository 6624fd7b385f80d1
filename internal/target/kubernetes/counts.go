package kubernetes

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"sync"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
)

// countsPatience is how long one Observe waits for the sidecar of one pod.
const countsPatience = time.Second

// counts is what a sidecar says about the requests to its pod.
type counts struct {
	InFlight int    `json:"inFlight"`
	Tunnels  int    `json:"tunnels"`
	Requests uint64 `json:"requests"`
	Errors   uint64 `json:"errors"`
}

// sum adds the counts of another pod.
func (c counts) sum(d counts) counts {
	return counts{c.InFlight + d.InFlight, c.Tunnels + d.Tunnels, c.Requests + d.Requests, c.Errors + d.Errors}
}

// ended is what stays of a pod that is gone.
func (c counts) ended() counts { return counts{Requests: c.Requests, Errors: c.Errors} }

// sidecar is what we know from the sidecar of one pod.
type sidecar struct {
	line *line

	mu    sync.Mutex
	past  counts // of the sidecar's lives before this one
	last  counts
	under *inquiry // under way
}

// inquiry is one question to a sidecar.
type inquiry struct {
	began time.Time
	done  chan struct{}
}

func newSidecar(k kube.Cluster, namespace, pod string) *sidecar {
	return &sidecar{line: newLine(k, namespace, pod, manifest.AdminPort)}
}

// read returns the pod's counts, or the last known ones where the sidecar does
// not answer. Of one that keeps everybody waiting nobody waits for long twice.
func (s *sidecar) read(ctx context.Context) counts {
	s.mu.Lock()
	q := s.under
	if q == nil {
		q = &inquiry{time.Now(), make(chan struct{})}
		s.under = q
		go s.inquire(q)
	}
	s.mu.Unlock()
	patience := time.NewTimer(countsPatience - time.Since(q.began))
	defer patience.Stop()
	select {
	case <-q.done:
	case <-patience.C:
	case <-ctx.Done():
	}
	return s.known()
}

// known returns what was heard last.
func (s *sidecar) known() counts {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.past.sum(s.last)
}

func (s *sidecar) inquire(q *inquiry) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*countsPatience)
	defer cancel()
	heard, err := s.ask(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err == nil {
		if heard.Requests < s.last.Requests { // it was started again and counts from zero
			s.past = s.past.sum(s.last.ended())
		}
		s.last = heard
	}
	s.under = nil
	close(q.done)
}

// maxCounts bounds the answer of a sidecar, which a pod could give in its place.
const maxCounts = 1 << 20

func (s *sidecar) ask(ctx context.Context) (c counts, err error) {
	return c, s.line.do(ctx, http.MethodGet, "/counts", func(res *http.Response) error {
		return json.NewDecoder(io.LimitReader(res.Body, maxCounts)).Decode(&c)
	})
}

// goodbye asks the sidecar to send its WebSockets away.
func goodbye(ctx context.Context, k kube.Cluster, namespace, pod string) error {
	l := newLine(k, namespace, pod, manifest.AdminPort)
	defer l.close()
	return l.do(ctx, http.MethodPost, "/goodbye", func(*http.Response) error { return nil })
}
