package onemachine

import (
	"context"
	"testing"
	"testing/synctest"
	"time"
)

func TestAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		late := func(context.Context) bool { return time.Since(began) > time.Second }
		if err := await(t.Context(), time.Minute, "a late one", late); err != nil {
			t.Error(err)
		}
		if err := await(t.Context(), time.Minute, "nobody", func(context.Context) bool { return false }); err == nil {
			t.Error("nobody answered, and that is no error")
		}
		if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}
