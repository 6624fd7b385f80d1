package local

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/problem"
)

func TestDamagedStateOfOneAppLeavesOthersAlone(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	shop := p.newTarget("shop")
	p.deployFirst(t.Context(), shop, 1)
	before := observeTarget(t, shop)
	p.local.App, p.local.Ingress = freePort(t), []int{freePort(t)}
	cart := p.newTarget("cart")
	s := p.deployFirst(t.Context(), cart, 1)
	if err := s.ReleaseLock(t.Context()); err != nil {
		t.Fatal(err)
	}
	state := filepath.Join(p.state, "apps", "cart", "state.json")
	restart := func() {
		now := pingAgent(t, shop)
		killProcess(t, now.Agent)
	}

	if err := os.Truncate(state, 200); err != nil {
		t.Fatal(err)
	}
	restart()
	if o := observeTarget(t, cart); o.Active != "blue" || o.Colors["blue"].Ready() != 1 {
		t.Errorf("with the generation before: %+v", o)
	}
	if s, err := cart.AcquireLock(t.Context(), "test"); err != nil {
		t.Errorf("Lock = %v", err)
	} else if err := s.ReleaseLock(t.Context()); err != nil {
		t.Error(err)
	}

	for _, f := range []string{state, state + ".prev"} {
		if err := os.Truncate(f, 100); err != nil {
			t.Fatal(err)
		}
	}
	restart()
	_, err := cart.ObserveApp(t.Context())
	if got, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(got.Hint, "backups") {
		t.Errorf("Observe = %v, want a problem with a hint", err)
	}
	sameAs(t, before, observeTarget(t, shop))
}

func TestProgramsThatCannotRun(t *testing.T) {
	t.Parallel()
	p := newPlace(t)
	s, err := p.newTarget("shop").AcquireLock(t.Context(), "test")
	if err != nil {
		t.Fatal(err)
	}
	foreign := []byte("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9) + "\x02\x00\xf3\x00\x01" + strings.Repeat("\x00", 60))
	for name, tt := range map[string]struct {
		program []byte
		want    string
	}{
		"empty":   {nil, "is empty"},
		"text":    {[]byte("not a program"), "not built for"},
		"foreign": {foreign, "in the image is built for"},
	} {
		p.image = p.storeImageFiles(tt.program)
		err := s.ApplySpec(t.Context(), "blue", deploy.Spec{Release: p.makeRelease("shop", "v1.0.0", nil), Replicas: 1})
		if got, ok := errors.AsType[*problem.Problem](err); !ok || !strings.Contains(got.Error(), tt.want) || got.Hint == "" {
			t.Errorf("%s: %v, want a problem with %q", name, err, tt.want)
		}
	}
}
