package kubernetes

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/pause"
)

var errNoProxy = errors.New("no proxy of the gateway can be asked")

// proxy is one pod of the gateway on which a connection is kept open.
type proxy struct {
	name   string
	client *http.Client
	scheme string
	leaves bool
	left   bool          // it leaves, and does not answer any more
	row    int           // good answers, one after the other
	last   error         // why the last one was not good
	asked  time.Time     // when the first question was that no answer came to; zero: answers come
	silent time.Duration // from then on, as far as it was asked
}

// obeys reports whether it gave enough good answers, or cannot give any bad one.
func (p *proxy) obeys() bool { return p.left || p.row >= confirmTimes }

// proxiesObey asks every proxy of the gateway until each has given some good
// answers in a row. Proxies come and go meanwhile, so it looks again which
// there are, and once more at the end. One that leaves still serves who is
// connected to it, so it is asked for as long as it answers. Where there is
// none it is content: whoever depends on it asks the entrances.
//
// A proxy that gives no answer at all for as long as deaf is passed over, if
// another one obeys: the node under it may have lost its power, and it takes
// the cluster the better part of a minute to say so. Zero passes over nobody.
func (t *Target) proxiesObey(ctx context.Context, q question, deaf time.Duration) error {
	asked := map[string]*proxy{}
	defer func() {
		for _, p := range asked {
			p.client.CloseIdleConnections()
		}
	}()
	for {
		g, err := t.gateway(ctx, 0)
		if err != nil {
			return err
		}
		t.renew(asked, g)
		if content(asked, deaf) {
			return nil
		}
		if err := askFor(ctx, asked, q, confirmRelist); err != nil {
			return err
		}
	}
}

// renew brings the proxies that are asked up to those that there are.
func (t *Target) renew(asked map[string]*proxy, g gateway) {
	there := map[string]bool{}
	for _, pod := range slices.Concat(g.proxies, g.leaving) {
		key := string(pod.UID)
		there[key] = true
		if asked[key] == nil {
			asked[key] = t.newProxy(pod, g)
		}
		asked[key].leaves = pod.DeletionTimestamp != nil
	}
	for key, p := range asked {
		if !there[key] {
			p.client.CloseIdleConnections()
			delete(asked, key)
		}
	}
}

// content reports whether all obey, but for those that are passed over.
func content(asked map[string]*proxy, deaf time.Duration) bool {
	answer, passed := 0, 0
	for _, p := range asked {
		switch {
		case p.row >= confirmTimes:
			answer++
		case p.left:
		case deaf > 0 && p.silent >= deaf:
			passed++
		default:
			return false
		}
	}
	return answer > 0 || passed == 0
}

func (t *Target) newProxy(pod corev1.Pod, g gateway) *proxy {
	transport := &http.Transport{
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return t.kube.DialPod(ctx, pod.Namespace, pod.Name, g.port)
		},
		// The API server's tunnel leads into that pod and nowhere else.
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true},
		MaxIdleConnsPerHost: 1,
	}
	client := &http.Client{
		Transport:     transport,
		Timeout:       confirmAsk,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return &proxy{name: pod.Namespace + "/" + pod.Name, client: client, scheme: g.scheme()}
}

// askFor asks those that do not obey yet, each at its own pace, for d or until
// all do. It fails if ctx ends, with what was wrong last.
func askFor(ctx context.Context, asked map[string]*proxy, q question, d time.Duration) error {
	round, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var wg sync.WaitGroup
	for _, p := range asked {
		wg.Go(func() { p.until(ctx, round, q) })
	}
	wg.Wait()
	if ctx.Err() == nil {
		return nil
	}
	err := context.Cause(ctx)
	for _, p := range asked {
		if !p.obeys() && p.last != nil {
			err = fmt.Errorf("%w: %s: %w", err, p.name, p.last)
		}
	}
	return err
}

// until asks until the proxy obeys or the round is over. A question that is
// under way then is still waited for.
func (p *proxy) until(ctx, round context.Context, q question) {
	for !p.obeys() {
		began := time.Now()
		a, err := ask(ctx, p.client, p.scheme, q)
		switch {
		case err == nil && q.met(a):
			p.row++
		case ctx.Err() != nil:
			return // the answer is the deadline's, and says less than the one before
		case err != nil && p.leaves:
			p.left = true
		case err != nil:
			p.row, p.last = 0, err
			p.unanswered(began)
		default:
			p.row, p.last = 0, errors.New(a.String())
		}
		if err == nil {
			p.asked, p.silent = time.Time{}, 0
		}
		if p.obeys() || pause.For(round, confirmPause) != nil {
			return
		}
	}
}

// unanswered notes that a question of some instant got no answer.
func (p *proxy) unanswered(began time.Time) {
	if p.asked.IsZero() {
		p.asked = began
	}
	p.silent = time.Since(p.asked)
}
