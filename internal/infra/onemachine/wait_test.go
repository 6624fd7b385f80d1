package onemachine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestWaitUntil(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		afterASecond := func(context.Context) bool { return time.Since(began) >= time.Second }
		if err := waitUntil(t.Context(), time.Minute, "a late answer", afterASecond); err != nil {
			t.Error(err)
		}
		if took := time.Since(began); took != time.Second {
			t.Errorf("a late answer took %s, want 1s", took)
		}
		began = time.Now()
		if err := waitUntil(t.Context(), time.Minute, "nothing", func(context.Context) bool { return false }); err == nil {
			t.Error("no error without an answer")
		}
		if took := time.Since(began); took != time.Minute {
			t.Errorf("gave up after %s, want 1m", took)
		}
	})
}
