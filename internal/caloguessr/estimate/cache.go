package estimate

import (
	"container/list"
	"context"
	"slices"
	"sync"

	"version-manager/internal/caloguessr/photo"
)

// Cache stores answers, so the same photo leads to the same answer and costs
// nothing the second time. It stores what was recognized, never the photo, and
// drops the least recently used answers.
type Cache struct {
	next  Estimator
	model string
	max   int

	mu    sync.Mutex
	order *list.List // of *cacheEntry, most recently used first
	byKey map[cacheKey]*list.Element
}

var _ Estimator = (*Cache)(nil)

// cacheKey is everything that an answer depends on.
type cacheKey struct {
	hash                [32]byte
	model, prompt, lang string
}

type cacheEntry struct {
	key      cacheKey
	estimate Estimate
}

// NewCache returns a cache of at most max answers in front of next.
func NewCache(next Estimator, model string, max int) *Cache {
	return &Cache{next: next, model: model, max: max, order: list.New(), byKey: map[cacheKey]*list.Element{}}
}

// EstimatePhoto implements Estimator. Errors are not cached.
func (c *Cache) EstimatePhoto(ctx context.Context, p photo.Photo, lang string) (Estimate, error) {
	key := cacheKey{p.Hash, c.model, promptVersion, lang}
	if e, ok := c.lookUp(key); ok {
		e.Remembered = true
		return e, nil
	}
	e, err := c.next.EstimatePhoto(ctx, p, lang)
	if err == nil {
		c.storeAnswer(key, e)
	}
	return e, err
}

func (c *Cache) lookUp(key cacheKey) (Estimate, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	element, ok := c.byKey[key]
	if !ok {
		return Estimate{}, false
	}
	c.order.MoveToFront(element)
	return cloneEstimate(element.Value.(*cacheEntry).estimate), true
}

func (c *Cache) storeAnswer(key cacheKey, e Estimate) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if element, ok := c.byKey[key]; ok {
		c.order.Remove(element)
	}
	c.byKey[key] = c.order.PushFront(&cacheEntry{key, cloneEstimate(e)})
	for c.order.Len() > c.max {
		last := c.order.Remove(c.order.Back()).(*cacheEntry)
		delete(c.byKey, last.key)
	}
}

// cloneEstimate keeps callers from changing what is cached.
func cloneEstimate(e Estimate) Estimate {
	e.Items = slices.Clone(e.Items)
	return e
}
