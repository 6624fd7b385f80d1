package command

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/kit/problem"
)

func TestWithinNamesTheProgram(t *testing.T) {
	ctx, cancel := Within(t.Context(), 20*time.Millisecond, "git status", "git status")
	defer cancel()
	// The child keeps the output open; only the death of its group ends the wait.
	cmd := exec.CommandContext(ctx, "sh", "-c", "sleep 60 & wait")
	cmd.Stdout = new(strings.Builder)
	Isolate(cmd)
	began := time.Now()
	err := Err(ctx, cmd.Run())
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || p.Hint != "git status" || !strings.Contains(p.What, "git status did not finish within 20ms") {
		t.Errorf("error %v", err)
	}
	if took := time.Since(began); took >= outputDelay {
		t.Errorf("the child was waited for, %s", took)
	}
}

func TestErrKeepsOrdinaryFailures(t *testing.T) {
	failed := errors.New("exit status 1")
	if got := Err(t.Context(), failed); got != failed {
		t.Errorf("got %v", got)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got := Err(ctx, failed); !errors.Is(got, context.Canceled) {
		t.Errorf("canceled: got %v", got)
	}
	if got := Err(ctx, nil); got != nil {
		t.Errorf("success: got %v", got)
	}
}

func TestWatchEndsOnlyWithoutProgress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, progress := Watch(t.Context(), time.Minute, "go version", "go build ./cmd")
		for range 10 {
			time.Sleep(59 * time.Second)
			progress.Step()
		}
		synctest.Wait()
		if ctx.Err() != nil {
			t.Fatalf("ended although there was progress: %v", context.Cause(ctx))
		}
		time.Sleep(61 * time.Second)
		if err := Err(ctx, errors.New("killed")); err == nil || err.Error() != "go build ./cmd made no progress for 1m0s" {
			t.Errorf("error %v", err)
		}
		progress.Stop()
	})
}
