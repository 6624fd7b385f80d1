package agent

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"version-manager/internal/deploy"
	"version-manager/internal/kit/process"
)

func newLease(alive bool) *lease {
	l := &lease{}
	l.restoreLease(func(process.Identity) bool { return alive })
	return l
}

// mustTake takes the lease as name and returns the token.
func mustTake(t *testing.T, l *lease, name string) uint64 {
	t.Helper()
	if _, err := l.takeLease(name, name, process.Identity{PID: 4711}); err != nil {
		t.Fatal(err)
	}
	return l.Token
}

func TestFencedHolderLearnsWhoHasTheLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLease(true)
		ada := mustTake(t, l, "ada")
		time.Sleep(deploy.LockExpiry)
		bob := mustTake(t, l, "bob")
		if err := l.checkToken(ada); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "bob holds it") {
			t.Errorf("check = %v", err)
		}
		if _, err := l.releaseLease(bob); err != nil {
			t.Fatal(err)
		}
		if err := l.checkToken(ada); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "another command") {
			t.Errorf("check = %v", err)
		}
	})
}

func TestLeaseNamesItsHolder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLease(true)
		mustTake(t, l, "ada")
		time.Sleep(3 * time.Second)
		_, err := l.takeLease("bob", "other", process.Identity{})
		held, ok := errors.AsType[*deploy.HeldError](err)
		if !ok || held.Holder.Name != "ada" || held.Now.Sub(held.Holder.Since) != 3*time.Second {
			t.Errorf("take = %v", err)
		}
	})
}

func TestLeaseExpiresUnlessRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLease(true)
		ada := mustTake(t, l, "ada")
		for range 5 {
			time.Sleep(deploy.LockExpiry - time.Second)
			if err := l.checkToken(ada); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(deploy.LockExpiry)
		if l.currentHolder() != nil {
			t.Error("still held after its expiry")
		}
		if err := l.checkToken(ada); err != nil {
			t.Errorf("nobody took over, and yet: %v", err)
		}
		time.Sleep(deploy.LockExpiry)
		bob := mustTake(t, l, "bob")
		if bob <= ada {
			t.Errorf("token %d after %d", bob, ada)
		}
		if err := l.checkToken(ada); !errors.Is(err, deploy.ErrFenced) {
			t.Errorf("check = %v, want ErrFenced", err)
		}
		if _, err := l.releaseLease(ada); !errors.Is(err, deploy.ErrFenced) {
			t.Errorf("release = %v, want ErrFenced", err)
		}
	})
}

func TestDeadHolderLosesTheLeaseAtOnce(t *testing.T) {
	l := newLease(false)
	ada := mustTake(t, l, "ada")
	bob := mustTake(t, l, "bob")
	if err := l.checkToken(ada); !errors.Is(err, deploy.ErrFenced) || bob != ada+1 {
		t.Errorf("check = %v, token %d after %d", err, bob, ada)
	}
}

func TestLeaseRequestsMayBeRepeated(t *testing.T) {
	l := newLease(true)
	ada := mustTake(t, l, "ada")
	if again := mustTake(t, l, "ada"); again != ada {
		t.Errorf("token %d, then %d", ada, again)
	}
	for i, want := range []bool{true, false} {
		if changed, err := l.releaseLease(ada); err != nil || changed != want {
			t.Errorf("release %d = %v, %v", i, changed, err)
		}
	}
	if err := l.checkToken(ada); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("check after release = %v", err)
	}
}

func TestLeaseDoesNotTrustTheWallClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &lease{Token: 3, Held: true, Name: "ada", Since: time.Now().Add(time.Hour)}
		l.restoreLease(func(process.Identity) bool { return true })
		h := l.currentHolder()
		if h == nil || h.Since.After(time.Now()) || h.Seen.After(time.Now()) {
			t.Errorf("holder = %+v at %v", h, time.Now())
		}
		time.Sleep(deploy.LockExpiry)
		if l.currentHolder() != nil {
			t.Error("still held after its expiry")
		}
	})
}
