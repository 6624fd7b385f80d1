package process

import (
	"slices"
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	const ms = time.Millisecond
	b := Backoff{First: 100 * ms, Most: 500 * ms, Reset: time.Second}
	var got []time.Duration
	for _, good := range []time.Duration{0, 0, 999 * ms, 0, 0, time.Second, 0} {
		got = append(got, b.Next(good))
	}
	want := []time.Duration{100 * ms, 200 * ms, 400 * ms, 500 * ms, 500 * ms, 100 * ms, 200 * ms}
	if !slices.Equal(got, want) {
		t.Errorf("waits %v, want %v", got, want)
	}
}

func TestBackoffWithoutReset(t *testing.T) {
	b := Backoff{First: 1, Most: 3}
	for i, want := range []time.Duration{1, 2, 3, 3} {
		if got := b.Next(time.Hour); got != want {
			t.Errorf("delay %d is %d, want %d", i, got, want)
		}
	}
}
