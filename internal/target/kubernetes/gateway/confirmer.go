package gateway

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"version-manager/internal/target/kubernetes/cache"
	"version-manager/internal/target/kubernetes/objects"
	"version-manager/internal/target/kubernetes/sidecars"
)

// relistInterval is how often the proxies are listed again while they are
// asked.
const relistInterval = 250 * time.Millisecond

// ErrNoProxy: no proxy of the gateway can be asked.
var ErrNoProxy = errors.New("no proxy of the gateway can be asked")

// Confirmer asks the proxies of the Gateway whether they follow a route.
type Confirmer struct {
	app    *objects.App
	reader *Reader
	cache  *cache.Store
	secret *sidecars.ProbeSecret
}

// NewConfirmer returns a confirmer that makes no requests before it is used.
func NewConfirmer(app *objects.App, r *Reader, c *cache.Store, secret *sidecars.ProbeSecret) *Confirmer {
	return &Confirmer{app: app, reader: r, cache: c, secret: secret}
}

// ConfirmProxies asks every proxy until each has given some good answers in a
// row, and returns how many did. Proxies come and go meanwhile, so it lists
// them again and again, and once more at the end. A terminating proxy still
// serves its connections, so it is asked for as long as it answers. Without
// any proxy ConfirmProxies succeeds.
//
// A proxy that has not followed for passOverAfter is passed over, if another one
// follows. The node of a silent proxy may have lost its power, and the cluster
// takes the better part of a minute to notice. A proxy with a wrong answer may
// no longer hear the API server; it also gets the time that it waits between
// two reloads. Zero passes over no proxy.
func (c *Confirmer) ConfirmProxies(ctx context.Context, q Question, passOverAfter time.Duration) (int, error) {
	asked := map[string]*proxy{}
	defer func() {
		for _, p := range asked {
			p.client.CloseIdleConnections()
		}
	}()
	for {
		s, err := c.reader.ReadState(ctx, 0)
		if err != nil {
			return 0, err
		}
		c.updateProxies(asked, s)
		if n, all := countObeying(asked, passOverAfter); all {
			return n, nil
		}
		if err := askProxies(ctx, asked, q, relistInterval); err != nil {
			return 0, err
		}
	}
}

// updateProxies brings the proxies that are asked up to date.
func (c *Confirmer) updateProxies(asked map[string]*proxy, s State) {
	exist := map[string]bool{}
	for _, pod := range slices.Concat(s.Proxies, s.Leaving) {
		key := string(pod.UID)
		exist[key] = true
		if asked[key] == nil {
			asked[key] = newProxy(c.app.Kube, pod, s)
		}
		asked[key].leaving = pod.DeletionTimestamp != nil
	}
	for key, p := range asked {
		if !exist[key] {
			p.client.CloseIdleConnections()
			delete(asked, key)
		}
	}
}

// countObeying counts the proxies that follow. all reports whether these are all
// of them, except for those that are passed over.
func countObeying(asked map[string]*proxy, passOverAfter time.Duration) (obey int, all bool) {
	passedOver := 0
	for _, p := range asked {
		switch {
		case p.inRow >= AnswersNeeded:
			obey++
		case p.left:
		case passOverAfter > 0 && (p.silent.passed >= passOverAfter || p.wrong.passed >= passOverAfter+p.reload):
			passedOver++
		default:
			return 0, false
		}
	}
	return obey, obey > 0 || passedOver == 0
}

// askProxies asks those that are not done, each at its own pace, for d or
// until all are. If ctx ends it fails with what was wrong last.
func askProxies(ctx context.Context, asked map[string]*proxy, q Question, d time.Duration) error {
	round, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	var wg sync.WaitGroup
	for _, p := range asked {
		wg.Go(func() { p.askUntilDone(ctx, round, q) })
	}
	wg.Wait()
	if ctx.Err() == nil {
		return nil
	}
	err := context.Cause(ctx)
	for _, p := range asked {
		if !p.isDone() && p.last != nil {
			err = fmt.Errorf("%w: %s: %w", err, p.name, p.last)
		}
	}
	return err
}
