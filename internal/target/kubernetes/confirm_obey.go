package kubernetes

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

var errNoProxy = errors.New("no proxy of the gateway can be asked")

// proxiesObey is obedient for whom it does not matter whether there was a
// proxy at all: whoever depends on it asks the entrances.
func (t *Target) proxiesObey(ctx context.Context, q question, deaf time.Duration) error {
	_, err := t.obedient(ctx, q, deaf)
	return err
}

// obedient asks every proxy of the gateway until each has given some good
// answers in a row, and returns how many did. Proxies come and go meanwhile, so
// it looks again which there are, and once more at the end. One that leaves
// still serves who is connected to it, so it is asked for as long as it
// answers. Where there is none it is content.
//
// A proxy that has not obeyed for as long as deaf is passed over, if another
// one does. The node under one that is silent may have lost its power, and it
// takes the cluster the better part of a minute to say so. One that answers
// may have stopped hearing the API server; it is given the time that it waits
// between two reloads on top. Zero passes over nobody.
func (t *Target) obedient(ctx context.Context, q question, deaf time.Duration) (int, error) {
	asked := map[string]*proxy{}
	defer func() {
		for _, p := range asked {
			p.client.CloseIdleConnections()
		}
	}()
	for {
		g, err := t.gateway(ctx, 0)
		if err != nil {
			return 0, err
		}
		t.renew(asked, g)
		if n, all := content(asked, deaf); all {
			return n, nil
		}
		if err := askFor(ctx, asked, q, confirmRelist); err != nil {
			return 0, err
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

// content reports whether all obey, but for those that are passed over, and
// then how many do.
func content(asked map[string]*proxy, deaf time.Duration) (obey int, all bool) {
	passed := 0
	for _, p := range asked {
		switch {
		case p.row >= confirmTimes:
			obey++
		case p.left:
		case deaf > 0 && (p.silent.long >= deaf || p.wrong.long >= deaf+p.reload):
			passed++
		default:
			return 0, false
		}
	}
	return obey, obey > 0 || passed == 0
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
