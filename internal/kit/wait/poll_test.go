package wait_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/wait"
)

func TestPollUntil(t *testing.T) {
	broken, timeout := errors.New("broken"), errors.New("timeout")
	for _, tt := range []struct {
		name      string
		holdsFrom int // call of the condition that returns true; 0: none
		failsFrom int // call that returns an error; 0: none
		want      error
		wantCalls int
		wantTook  time.Duration
	}{
		{"holds at once", 1, 0, nil, 1, 0},
		{"holds later", 4, 0, nil, 4, 3 * time.Second},
		{"fails at once", 0, 1, broken, 1, 0},
		{"fails later", 5, 3, broken, 3, 2 * time.Second},
		{"never holds", 0, 0, timeout, 10, 9500 * time.Millisecond},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeoutCause(t.Context(), 9500*time.Millisecond, timeout)
				defer cancel()
				calls, began := 0, time.Now()
				err := wait.PollUntil(ctx, time.Second, func(context.Context) (bool, error) {
					calls++
					if calls == tt.failsFrom {
						return false, broken
					}
					return calls == tt.holdsFrom, nil
				})
				if took := time.Since(began); !errors.Is(err, tt.want) || calls != tt.wantCalls || took != tt.wantTook {
					t.Errorf("%v after %d calls in %s; want %v after %d in %s", err, calls, took, tt.want, tt.wantCalls, tt.wantTook)
				}
			})
		})
	}
}
