package cache

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"version-manager/internal/kube"
	"version-manager/internal/target/kubernetes/objects"
)

// script is what the watch of each kind does, in each of its lives.
type script struct {
	t     *testing.T
	lives map[string][]func(tell func(kube.Event)) error // by kind; of the others the watch tells nothing
}

// store returns one that is watching by the script, inside a bubble.
func (s script) store() *Store {
	m := NewStore(&objects.App{})
	var mu sync.Mutex
	lived := map[string]int{}
	m.watch = func(ctx context.Context, kind string, f func(kube.Event) error) error {
		mu.Lock()
		life := lived[kind]
		lived[kind]++
		mu.Unlock()
		tell := func(e kube.Event) { _ = f(e) }
		if lives := s.lives[kind]; life < len(lives) {
			if err := lives[life](tell); err != nil {
				return err
			}
		}
		tell(kube.Event{Synced: true})
		<-ctx.Done()
		return ctx.Err()
	}
	s.t.Cleanup(m.Close)
	return m
}

func pod(name, uid, version string) *kube.Object {
	o := &kube.Object{Object: map[string]any{"apiVersion": "v1", "kind": "Pod"}}
	o.SetName(name)
	o.SetUID(types.UID(uid))
	o.SetResourceVersion(version)
	return o
}

// cachedVersion is which version of a pod the cache has; empty: none.
func cachedVersion(t *testing.T, m *Store, name string) string {
	t.Helper()
	o, ok, err := m.FindObject(t.Context(), "Pod", name)
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		return ""
	}
	return o.GetResourceVersion()
}

func TestStoreIsAheadOfItsWatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := script{t: t, lives: map[string][]func(func(kube.Event)) error{"Pod": {func(tell func(kube.Event)) error {
			tell(kube.Event{Object: pod("a", "1", "10")})
			tell(kube.Event{Object: pod("b", "2", "11")})
			go func() {
				time.Sleep(time.Second)
				tell(kube.Event{Object: pod("a", "1", "12")})
				tell(kube.Event{Object: pod("b", "2", "13")})
				time.Sleep(time.Second)
				tell(kube.Event{Object: pod("a", "1", "22")})
				tell(kube.Event{Deleted: true, Object: pod("b", "2", "23")})
				tell(kube.Event{Object: pod("b", "3", "24")})
			}()
			return nil
		}}}}.store()
		if got := cachedVersion(t, m, "a"); got != "10" {
			t.Errorf("a has version %q, want 10", got)
		}
		m.StoreWritten(pod("a", "1", "20"))
		m.ForgetDeleted("Pod", "b", "2")
		m.ForgetDeleted("Pod", "a", "2") // another one has its name by now
		for _, when := range []string{"at once", "after older news"} {
			if a, b := cachedVersion(t, m, "a"), cachedVersion(t, m, "b"); a != "20" || b != "" {
				t.Errorf("%s: a has version %q, b %q, want 20 and none", when, a, b)
			}
			time.Sleep(1500 * time.Millisecond)
		}
		time.Sleep(time.Second)
		if a, b := cachedVersion(t, m, "a"), cachedVersion(t, m, "b"); a != "22" || b != "24" {
			t.Errorf("after newer news: a has version %q, b %q, want 22 and 24", a, b)
		}
	})
}

func TestStoreWaitsWhileItIsBlind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		down := errors.New("connection refused")
		lost := make(chan error)
		m := script{t: t, lives: map[string][]func(func(kube.Event)) error{"Pod": {
			func(tell func(kube.Event)) error {
				tell(kube.Event{Object: pod("a", "1", "10")})
				tell(kube.Event{Object: pod("gone", "2", "11")})
				tell(kube.Event{Synced: true})
				return <-lost
			},
			func(func(kube.Event)) error { return down },
			func(tell func(kube.Event)) error {
				time.Sleep(2 * time.Second)
				tell(kube.Event{Object: pod("a", "1", "15")})
				return nil
			},
		}}}.store()
		if got := cachedVersion(t, m, "gone"); got != "11" {
			t.Errorf("version %q, want 11", got)
		}
		lost <- down
		synctest.Wait()
		began := time.Now()
		if a, gone := cachedVersion(t, m, "a"), cachedVersion(t, m, "gone"); a != "15" || gone != "" {
			t.Errorf("a has version %q, the other %q, want 15 and none", a, gone)
		}
		if waited := time.Since(began); waited < 2*time.Second {
			t.Errorf("told after %v what was known to be old", waited)
		}
	})
}

func TestStoreKeepsWhatWasWrittenWhileItListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := script{t: t, lives: map[string][]func(func(kube.Event)) error{"Pod": {func(tell func(kube.Event)) error {
			tell(kube.Event{Object: pod("a", "1", "10")})
			time.Sleep(time.Second)
			return nil
		}}}}.store()
		go func() {
			time.Sleep(500 * time.Millisecond)
			m.StoreWritten(pod("a", "1", "12"))
			m.StoreWritten(pod("new", "2", "13"))
		}()
		if got := cachedVersion(t, m, "a"); got != "12" {
			t.Errorf("a has version %q, want 12", got)
		}
		if got := cachedVersion(t, m, "new"); got != "13" {
			t.Errorf("what was made has version %q, want 13", got)
		}
	})
}

func TestStoreSaysAtOnceWhyItKnowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		refused := errors.New("connection refused")
		fail := func(func(kube.Event)) error { return refused }
		m := script{t: t, lives: map[string][]func(func(kube.Event)) error{"Pod": {fail, fail, fail}}}.store()
		began := time.Now()
		if _, _, err := m.FindObject(t.Context(), "Pod", "a"); !errors.Is(err, refused) || time.Since(began) > time.Second {
			t.Errorf("get = %v after %v, want the reason at once", err, time.Since(began))
		}
	})
}

func TestStoreRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := script{t: t}.store()
		cachedVersion(t, m, "a")
		time.Sleep(2 * idleTimeout)
		m.mu.Lock()
		running := m.running
		m.mu.Unlock()
		if running {
			t.Error("it still watches, and nobody asks")
		}
		cachedVersion(t, m, "a") // and it begins again
	})
}
