package appcmd

import (
	"strings"
	"testing"
)

// TestHolderHasAName also where the environment does not say who it is.
func TestHolderHasAName(t *testing.T) {
	if by := lockHolder(func(string) string { return "" }); strings.HasPrefix(by, "somebody@") || strings.HasPrefix(by, "@") {
		t.Errorf("the target is locked by %q", by)
	}
	ada := func(name string) string { return map[string]string{"USER": "ada"}[name] }
	if by := lockHolder(ada); !strings.HasPrefix(by, "ada@") {
		t.Errorf("the target is locked by %q, not by ada", by)
	}
}
