package command

import (
	"slices"
	"testing"
)

func TestPickVariables(t *testing.T) {
	t.Setenv("PICKED", "a=b c")
	t.Setenv("EMPTY", "")
	t.Setenv("NOT_NAMED", "x")
	got := PickVariables([]string{"EMPTY", "PICKED", "VERSION_MANAGER_NEVER_SET"})
	if want := []string{"PICKED=a=b c"}; !slices.Equal(got, want) {
		t.Errorf("picked %q, want %q", got, want)
	}
}
