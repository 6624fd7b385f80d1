package cluster

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	var b backoff
	for i, want := range []time.Duration{200 * time.Millisecond, 400 * time.Millisecond, 800 * time.Millisecond} {
		if got := b.next(time.Second); got != want {
			t.Errorf("end %d: %s, want %s", i, got, want)
		}
	}
	for range 10 {
		b.next(0)
	}
	if got := b.next(0); got != backoffMost {
		t.Errorf("after many ends %s", got)
	}
	if got := b.next(backoffReset); got != backoffFirst {
		t.Errorf("after a long run %s", got)
	}
}
