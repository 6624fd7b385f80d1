package target

import (
	"testing"

	"version-manager/internal/kit/problem"
)

func TestOpen(t *testing.T) {
	for _, name := range []string{"", "local"} {
		if _, err := Open(Spec{Name: name, App: "shop", State: t.TempDir()}); err != nil {
			t.Errorf("Open(%q) = %v", name, err)
		}
	}
	for _, s := range []Spec{{Name: "mars", App: "shop"}, {App: "../shop"}} {
		if _, err := Open(s); problem.KindOf(err) != problem.Usage {
			t.Errorf("Open(%+v) = %v, want a usage problem", s, err)
		}
	}
}
