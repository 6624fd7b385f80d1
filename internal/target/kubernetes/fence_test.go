package kubernetes

import (
	"context"
	"errors"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
)

// beforeWrite runs f once, between the last read of a write and its arrival.
func (w world) beforeWrite(resource string, f func()) {
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Method == "GET" || r.Resource != resource || r.DryRun || resource == "httproutes" && r.Name == "shop-preview" {
			return
		}
		w.Server.BeforeRequest(nil)
		f()
	})
}

// term is that of the lease now.
func (w world) term() int64 {
	n, _, err := unstructured.NestedInt64(w.GetObject("Lease", "shop").Object, "spec", "leaseTransitions")
	w.Must(err)
	return n
}

// deleteLease deletes the lease between ada's last look at it and her write to
// the route, as people do with a lock that is stuck; bob then takes a new one.
func (w world) deleteLease(ada *session, also ...kube.Ref) (bob *session) {
	w.Helper()
	now := w.revision()
	w.beforeWrite("httproutes", func() {
		for _, r := range append(also, ada.app.ObjectRef("Lease", "shop")) {
			w.Must(ada.app.Kube.DeleteObject(w.Context(), r))
		}
		bob = w.lock(w.target(), "bob")
	})
	if err := ada.SwitchRoute(w.Context(), color.Green, now); !errors.Is(err, deploy.ErrFenced) {
		w.Errorf("Switch without a lease = %v, want ErrFenced", err)
	}
	if w.active() != color.Blue {
		w.Error("the former holder has switched")
	}
	return bob
}

func TestDeletedLeaseFencesOff(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	before := w.term()
	w.deleteLease(ada)
	if after := w.term(); after != before+1 {
		t.Errorf("term %d after term %d", after, before)
	}
}

// A lease that somebody deleted is no other holder's: a switch creates it
// again.
func TestSwitchRecreatesTheLease(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	before := w.term()
	w.DeleteObject("Lease", "shop")
	if err := ada.SwitchRoute(t.Context(), color.Green, w.revision()); err != nil || w.term() != before {
		t.Errorf("switch without a lease: %v, term %d after %d", err, w.term(), before)
	}
	if _, err := w.target().AcquireLock(t.Context(), "bob"); err == nil {
		t.Error("the lock is free")
	}
}

// Where the memory of the terms is lost too, two holders have the same one,
// and the stamp still is a change.
func TestStampIsAChangeEvenInTheSameTerm(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	anchor := ada.app.ObjectRef("ConfigMap", "shop")
	ada = w.deleteLease(ada, anchor)
	before := w.term()
	w.deleteLease(ada, anchor)
	if after := w.term(); after != before {
		t.Fatalf("terms %d and %d", before, after)
	}
}

// Whatever a session does that paused past the expiry of its lock between
// verifying the lease and writing, it has no effect.
func TestWritesOfAPausedSessionAreFencedOff(t *testing.T) {
	for name, tt := range map[string]struct {
		resource string
		write    func(context.Context, world, *session) error
		kept     func(world) bool
	}{
		"switch": {"httproutes", func(ctx context.Context, w world, s *session) error {
			return s.SwitchRoute(ctx, color.Green, w.revision())
		}, func(w world) bool { return w.active() == color.Blue }},
		"append": {"secrets", func(ctx context.Context, _ world, s *session) error {
			return s.JournalWriter().AppendRecord(ctx, "1", journal.Record{Seq: 1, Type: "x"})
		}, func(w world) bool {
			list, err := w.target().JournalReader().Read(w.Context(), "1")
			return err == nil && len(list) == 0
		}},
		"begin": {"configmaps", func(ctx context.Context, _ world, s *session) error {
			_, err := s.JournalWriter().BeginDeploy(ctx)
			return err
		}, func(w world) bool {
			ids, err := w.target().JournalReader().ListDeploys(w.Context())
			return err == nil && len(ids) == 1
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada := w.deployed()
			_, err := ada.JournalWriter().BeginDeploy(t.Context())
			w.Must(err)
			if name == "begin" {
				w.Must(ada.JournalWriter().AppendRecord(t.Context(), "1", journal.Record{Seq: 1, Type: "x"}))
			}
			w.beforeWrite(tt.resource, func() { w.takeOver() })
			if err := tt.write(t.Context(), w, ada); !errors.Is(err, deploy.ErrFenced) {
				t.Errorf("the paused session's write = %v, want ErrFenced", err)
			}
			if !tt.kept(w) {
				t.Error("the paused session's write had an effect")
			}
		})
	}
}

// Routes that a paused session creates do not stay.
func TestPausedSessionsNewRouteIsDeleted(t *testing.T) {
	w := newWorld(t)
	ada := w.lock(w.target(), "ada")
	w.beforeWrite("httproutes", func() { w.takeOver() })
	if err := ada.routes.EnsureRoutes(t.Context()); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("the paused session's write = %v, want ErrFenced", err)
	}
	if w.GetObject("HTTPRoute", "shop") != nil {
		t.Error("what the paused session created is still there")
	}
}

// TestDeletedNamespaceIsNamed: nothing is done anymore in a namespace that is
// being deleted, and the error says so.
func TestDeletedNamespaceIsNamed(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	w.DeleteObject("Lease", "shop")
	w.PutJSON(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x"]}}`)
	for name, f := range map[string]func() error{
		"renew":  func() error { return ada.RenewLock(t.Context()) },
		"retire": func() error { return ada.RetireColor(t.Context(), color.Green) },
		"unlock": func() error { return ada.ReleaseLock(t.Context()) },
	} {
		if err := f(); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "namespace shop is being deleted") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
