package kubernetes

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/kit/httpx"
	"version-manager/internal/kit/wait"
	"version-manager/internal/traefik"
)

// proxy is one pod of the gateway on which a connection is kept open.
type proxy struct {
	name   string
	client *http.Client
	scheme string
	leaves bool
	left   bool          // it leaves, and does not answer any more
	row    int           // good answers, one after the other
	last   error         // why the last one was not good
	silent spell         // without any answer
	wrong  spell         // without a good one
	reload time.Duration // for which it may wait before it hears of a change
}

// spell is how long something has gone on that is bad.
type spell struct {
	since time.Time // zero: it does not
	long  time.Duration
}

func (s *spell) goOn(began time.Time) {
	if s.since.IsZero() {
		s.since = began
	}
	s.long = time.Since(s.since)
}

// obeys reports whether it gave enough good answers, or cannot give any bad one.
func (p *proxy) obeys() bool { return p.left || p.row >= confirmTimes }

func (t *Target) newProxy(pod corev1.Pod, g gateway) *proxy {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return t.app.Kube.DialPod(ctx, pod.Namespace, pod.Name, g.port)
		},
		// The API server's tunnel leads into that pod and nowhere else.
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
		MaxIdleConnsPerHost: 1,
	}
	return &proxy{
		name: pod.Namespace + "/" + pod.Name, client: httpx.NewNoRedirectClient(transport, confirmAsk), scheme: g.scheme(),
		reload: traefik.SettingsOf(pod.Spec).Throttle,
	}
}

// until asks until the proxy obeys or the round is over. A question that is
// under way then is still waited for.
func (p *proxy) until(ctx, round context.Context, q question) {
	for !p.obeys() {
		began := time.Now()
		a, err := ask(ctx, p.client, p.scheme, q)
		switch {
		case err == nil && q.met(a):
			p.row, p.silent, p.wrong = p.row+1, spell{}, spell{}
		case ctx.Err() != nil:
			return // the answer is the deadline's, and says less than the one before
		case err != nil && p.leaves:
			p.left = true
		case err != nil:
			p.row, p.last = 0, err
			p.silent.goOn(began)
			p.wrong.goOn(began)
		default:
			p.row, p.last, p.silent = 0, errors.New(a.String()), spell{}
			p.wrong.goOn(began)
		}
		if p.obeys() || wait.SleepContext(round, confirmPause) != nil {
			return
		}
	}
}
