package wait_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/wait"
)

func TestSleepContext(t *testing.T) {
	why := errors.New("canceled by the test")
	for _, tt := range []struct {
		name     string
		pause    time.Duration
		ends     time.Duration // of the context; 0: never
		want     error
		wantTook time.Duration
	}{
		{"whole", time.Second, 0, nil, time.Second},
		{"cut short", time.Second, time.Millisecond, why, time.Millisecond},
		{"nothing to wait for", 0, 0, nil, 0},
		{"less than nothing", -time.Second, 0, nil, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, end := context.WithCancelCause(t.Context())
				defer end(nil)
				if tt.ends > 0 {
					time.AfterFunc(tt.ends, func() { end(why) })
				}
				began := time.Now()
				err := wait.SleepContext(ctx, tt.pause)
				if took := time.Since(began); !errors.Is(err, tt.want) || took != tt.wantTook {
					t.Errorf("got %v after %s, want %v after %s", err, took, tt.want, tt.wantTook)
				}
			})
		})
	}
}

func TestSleepContextAfterItsEnd(t *testing.T) {
	why := errors.New("over")
	ctx, end := context.WithCancelCause(t.Context())
	end(why)
	for _, d := range []time.Duration{-1, 0, time.Hour} {
		if err := wait.SleepContext(ctx, d); !errors.Is(err, why) {
			t.Errorf("pause of %s: %v", d, err)
		}
	}
}
