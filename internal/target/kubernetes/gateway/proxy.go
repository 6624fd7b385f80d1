package gateway

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
	"version-manager/internal/target/kubernetes/pods"
	"version-manager/internal/traefik"
)

// proxy is one pod of the gateway, with a connection that is kept open.
type proxy struct {
	name    string
	client  *http.Client
	scheme  string
	leaving bool
	left    bool          // it was leaving, and no longer answers
	inRow   int           // good answers in a row
	last    error         // why the last answer was not good
	silent  failureTime   // without any answer
	wrong   failureTime   // without a good answer
	reload  time.Duration // for which it may wait before it learns of a change
}

// failureTime measures for how long something has failed.
type failureTime struct {
	since  time.Time // zero: it does not fail
	passed time.Duration
}

func (f *failureTime) recordFailure(began time.Time) {
	if f.since.IsZero() {
		f.since = began
	}
	f.passed = time.Since(f.since)
}

// isDone reports whether a proxy gave enough good answers, or cannot give any
// bad one.
func (p *proxy) isDone() bool { return p.left || p.inRow >= AnswersNeeded }

func newProxy(d pods.Dialer, pod corev1.Pod, s State) *proxy {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return d.DialPod(ctx, pod.Namespace, pod.Name, s.Port)
		},
		// The API server's tunnel leads into that pod and nowhere else.
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
		MaxIdleConnsPerHost: 1,
	}
	return &proxy{
		name: pod.Namespace + "/" + pod.Name, client: httpx.NewNoRedirectClient(transport, AskTimeout), scheme: s.URLScheme(),
		reload: traefik.SettingsOf(pod.Spec).Throttle,
	}
}

// askUntilDone asks until the proxy is done or the round is over. It still
// waits for a question that is under way then.
func (p *proxy) askUntilDone(ctx, round context.Context, q Question) {
	for !p.isDone() {
		began := time.Now()
		a, err := SendQuestion(ctx, p.client, p.scheme, q)
		if ctx.Err() != nil && !(err == nil && q.IsAnsweredBy(a)) {
			return // the error is the deadline's, and says less than the one before
		}
		p.recordAnswer(q, a, err, began)
		if p.isDone() || wait.SleepContext(round, AskInterval) != nil {
			return
		}
	}
}

func (p *proxy) recordAnswer(q Question, a Answer, err error, began time.Time) {
	switch {
	case err == nil && q.IsAnsweredBy(a):
		p.inRow, p.silent, p.wrong = p.inRow+1, failureTime{}, failureTime{}
	case err != nil && p.leaving:
		p.left = true
	case err != nil:
		p.inRow, p.last = 0, err
		p.silent.recordFailure(began)
		p.wrong.recordFailure(began)
	default:
		p.inRow, p.last, p.silent = 0, errors.New(a.String()), failureTime{}
		p.wrong.recordFailure(began)
	}
}
