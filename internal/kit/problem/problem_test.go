package problem

import (
	"errors"
	"fmt"
	"io"
	"testing"
)

func TestKindOf(t *testing.T) {
	held := New(LockHeld, "", "deploy: somebody else is deploying")
	for _, tt := range []struct {
		err  error
		want Kind
	}{
		{nil, 0},
		{io.EOF, Failed},
		{held, LockHeld},
		{fmt.Errorf("outer: %w", held), LockHeld},
		{Wrap(held, Failed, "", "outer"), Failed},
	} {
		if got := KindOf(tt.err); got != tt.want {
			t.Errorf("KindOf(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestErrorNamesCause(t *testing.T) {
	err := Wrap(io.EOF, Failed, "try again", "read %s", "journal")
	if got, want := err.Error(), "read journal: EOF"; got != want {
		t.Errorf("Error() = %q, want %q", got, want)
	}
	if !errors.Is(err, io.EOF) {
		t.Error("cause is not reachable through errors.Is")
	}
}
