package kubernetes

import (
	"strings"
	"testing"

	"version-manager/internal/color"
)

func TestLockNamesWhatIsMissing(t *testing.T) {
	for name, tt := range map[string]struct {
		spoil func(*world)
		says  string
	}{
		"no Gateway API":        {func(w *world) { w.Server.ForgetResource("gateways") }, "no Gateway API"},
		"the Gateway is broken": {func(w *world) { w.PutGateway("False") }, "no address"},
		"no Gateway":            {func(w *world) { w.Config.Gateway = "other/one" }, "no Gateway other/one"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			tt.spoil(&w)
			_, err := w.target().AcquireLock(t.Context(), "ada")
			if err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("Lock = %v, want %q", err, tt.says)
			}
			if w.GetObject("Lease", "shop") != nil {
				t.Error("a lease was created")
			}
		})
	}
}

// A caller that lost the answer to Unlock asks again.
func TestUnlockTwice(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	w.Must(s.ReleaseLock(t.Context()))
	w.Must(s.ReleaseLock(t.Context()))
	w.lock(w.target(), "bob")
	if err := s.ReleaseLock(t.Context()); err == nil {
		t.Error("ada unlocked bob's lock")
	}
}

// A first deploy that delivered no image fails before there are routes.
func TestRetireWithoutRoutes(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	for range 2 {
		w.Must(s.RetireColor(t.Context(), color.Blue))
	}
}
