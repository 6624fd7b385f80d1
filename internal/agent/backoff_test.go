package agent

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	var b backoff
	var sum time.Duration
	for range 20 {
		sum += b.next(time.Second)
	}
	if b.last != backoffMost || sum < 5*time.Minute {
		t.Errorf("last wait %v, all %v", b.last, sum)
	}
	if got := b.next(backoffReset); got != backoffFirst {
		t.Errorf("after a healthy run: %v, want %v", got, backoffFirst)
	}
	if got := b.next(0); got != 2*backoffFirst {
		t.Errorf("after another crash: %v, want %v", got, 2*backoffFirst)
	}
}
