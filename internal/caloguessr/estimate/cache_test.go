package estimate

import (
	"context"
	"errors"
	"testing"

	"version-manager/internal/caloguessr/photo"
)

// counter answers with the number of the call.
type counter struct {
	calls int
	err   error
}

func (c *counter) EstimatePhoto(context.Context, photo.Photo, string) (Estimate, error) {
	c.calls++
	return Estimate{Items: []Item{{Grams: c.calls}}}, c.err
}

func TestCache(t *testing.T) {
	next := &counter{}
	c := NewCache(next, "m", 2)
	ask := func(photoNumber byte, lang string) int {
		t.Helper()
		e, err := c.EstimatePhoto(t.Context(), photo.Photo{Hash: [32]byte{photoNumber}}, lang)
		if err != nil {
			t.Fatal(err)
		}
		e.Items[0].Confidence = -1 // a change by the caller must not reach the cache
		return e.Items[0].Grams
	}
	steps := []struct {
		photo byte
		lang  string
		want  int
	}{{1, "en", 1}, {1, "en", 1}, {1, "de", 2}, {1, "en", 1}, {2, "en", 3}, {1, "en", 1}, {1, "de", 4}}
	for i, s := range steps {
		if got := ask(s.photo, s.lang); got != s.want {
			t.Errorf("step %d: answer %d, want %d", i, got, s.want)
		}
	}
	if e, _ := c.lookUp(cacheKey{[32]byte{1}, "m", promptVersion, "en"}); e.Items[0].Confidence == -1 {
		t.Error("a caller changed the cached estimate")
	}
}

func TestErrorsAreNotCached(t *testing.T) {
	next := &counter{err: errors.New("no")}
	c := NewCache(next, "m", 2)
	for range 2 {
		if _, err := c.EstimatePhoto(t.Context(), photo.Photo{}, "en"); err == nil {
			t.Fatal("no error")
		}
	}
	if next.calls != 2 {
		t.Errorf("asked %d times, want 2", next.calls)
	}
}
