package hosttool

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
)

func TestRunWithInput(t *testing.T) {
	if out, err := RunWithInput(t.Context(), "a line\n", "cat"); err != nil || out != "a line\n" {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestErrorContainsErrorOutput(t *testing.T) {
	out, err := RunCommand(t.Context(), "sh", "-c", "echo ignored; echo the reason >&2; exit 3")
	if err == nil || out != "" || !strings.Contains(err.Error(), "exit status 3: the reason") {
		t.Errorf("got %q, %v", out, err)
	}
}

func TestCanceledCommandReturnsTheCause(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := RunCommand(ctx, "true"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestRunAllStopsAtAnError(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := RunAll(t.Context(), []string{"false"}, []string{"touch", file}); err == nil {
		t.Error("no error")
	}
	if _, err := RunCommand(t.Context(), "test", "-e", file); err == nil {
		t.Error("a command ran after one that had failed")
	}
}
