package kubernetes

import (
	"errors"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/deploy"
	"version-manager/internal/journal"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

// asleep makes a write of ada's sleep between her last look at the lease and
// its arrival, for so long that bob takes over meanwhile.
func (w *world) asleep(resource string) {
	w.Helper()
	w.server.Before(func(r kubetest.Request) {
		if r.Method == "GET" || r.Resource != resource || r.DryRun {
			return
		}
		w.server.Before(nil)
		w.elsewhere()
		w.server.Advance(17 * time.Second)
		w.lock(w.target(), "bob")
	})
}

// unleased deletes the lease between ada's last look at it and her write to the
// route, as people do with a lock that is stuck; bob then takes a new one.
func (w *world) unleased(ada *session, also ...kube.Ref) (bob *session) {
	w.Helper()
	now := revision(w.get("HTTPRoute", "shop"))
	w.server.Before(func(r kubetest.Request) {
		if r.Method != "PUT" || r.Resource != "httproutes" || r.Name != "shop" {
			return
		}
		w.server.Before(nil)
		for _, r := range append(also, ada.app.ObjectRef("Lease", "shop")) {
			w.must(ada.app.Kube.Delete(w.Context(), r))
		}
		bob = w.lock(w.target(), "bob")
	})
	if err := ada.Switch(w.Context(), color.Green, now); !errors.Is(err, deploy.ErrFenced) {
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
	if bob := w.unleased(ada); bob.term.Load() != ada.term.Load()+1 {
		t.Errorf("term %d after term %d", bob.term.Load(), ada.term.Load())
	}
}

// A lease that somebody deleted is no other holder's: it is made again as it was,
// unless nobody can tell whether there was another one.
func TestDeletedLeaseIsMadeAgain(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	term := ada.term.Load()
	for name, f := range map[string]func() error{
		"renew":  func() error { return ada.Renew(t.Context()) },
		"verify": func() error { return ada.verify(t.Context()) },
		"switch": func() error { return ada.Switch(t.Context(), color.Green, revision(w.get("HTTPRoute", "shop"))) },
	} {
		w.delete(ada.app.ObjectRef("Lease", "shop"))
		if err := f(); err != nil || ada.term.Load() != term {
			t.Errorf("%s without a lease: %v, term %d after %d", name, err, ada.term.Load(), term)
		}
		if _, err := w.target().Lock(t.Context(), "bob"); err == nil {
			t.Errorf("%s: the lock is free", name)
		}
	}
	for _, r := range []kube.Ref{ada.app.ObjectRef("Lease", "shop"), ada.app.ObjectRef("ConfigMap", "shop")} {
		w.delete(r)
	}
	if err := ada.Renew(t.Context()); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "the lease is gone") {
		t.Errorf("without a lease and without the memory of terms: %v", err)
	}
}

// Where the memory of the terms is lost too, two holders have the same one.
func TestStampIsAChangeEvenInTheSameTerm(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	anchor := ada.app.ObjectRef("ConfigMap", "shop")
	ada = w.unleased(ada, anchor)
	if bob := w.unleased(ada, anchor); bob.term.Load() != ada.term.Load() {
		t.Fatalf("terms %d and %d", ada.term.Load(), bob.term.Load())
	}
}

func deployment(name string) *kube.Object {
	o := &kube.Object{Object: map[string]any{"apiVersion": "apps/v1", "kind": "Deployment", "spec": map[string]any{"paused": true}}}
	o.SetName(name)
	o.SetNamespace("shop")
	o.SetLabels(map[string]string{manifest.NameLabel: "shop", manifest.ManagedLabel: manifest.Manager})
	return o
}

// Whatever a holder does who slept through his expiry between looking at the
// lease and writing, it has no effect.
func TestSleepersWritesAreFencedOff(t *testing.T) {
	for name, tt := range map[string]struct {
		resource string
		write    func(*world, *session) error
		unmade   func(*world) bool
	}{
		"apply": {"deployments", func(w *world, s *session) error {
			o := deployment("shop-blue")
			objects.SetAnnotation(o, "by", "ada")
			_, err := s.apply(w.Context(), o)
			return err
		}, func(w *world) bool { return w.get("Deployment", "shop-blue").GetAnnotations()["by"] == "" }},
		"delete": {"deployments", func(w *world, s *session) error { return s.delete(w.Context(), "Deployment", "shop-blue") },
			func(w *world) bool { return w.get("Deployment", "shop-blue") != nil }},
		"edit": {"deployments", func(w *world, s *session) error {
			_, err := s.edit(w.Context(), "Deployment", "shop-blue", func(o *kube.Object) (bool, error) {
				objects.SetAnnotation(o, "by", "ada")
				return true, nil
			})
			return err
		}, func(w *world) bool { return w.get("Deployment", "shop-blue").GetAnnotations()["by"] == "" }},
		"switch": {"httproutes", func(w *world, s *session) error {
			_, revision, err := routeNow(w.T, s)
			w.must(err)
			return s.Switch(w.Context(), color.Green, revision)
		}, func(w *world) bool { return w.active() == color.Blue }},
		"append": {"secrets", func(w *world, s *session) error {
			return s.Journal().Append(w.Context(), "1", journal.Record{Seq: 1, Type: "x"})
		}, func(w *world) bool {
			list, err := w.target().History().Read(w.Context(), "1")
			return err == nil && len(list) == 0
		}},
		"begin": {"secrets", func(w *world, s *session) error {
			w.must(s.Journal().Append(w.Context(), "1", journal.Record{Seq: 1, Type: "x"}))
			w.asleep("configmaps")
			_, err := s.Journal().Begin(w.Context())
			return err
		}, func(w *world) bool {
			ids, err := w.target().History().List(w.Context())
			return err == nil && len(ids) == 1
		}},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.run(color.Blue)
			w.run(color.Green)
			ada := w.lock(w.target(), "ada")
			w.must(ada.ensureRoutes(t.Context()))
			w.must(ada.Switch(t.Context(), color.Blue, "1"))
			w.must(ada.aimPreview(t.Context(), color.Green))
			_, err := ada.Journal().Begin(t.Context())
			w.must(err)
			if name != "begin" {
				w.asleep(tt.resource)
			}
			if err := tt.write(w, ada); !errors.Is(err, deploy.ErrFenced) {
				t.Errorf("the sleeper's write = %v, want ErrFenced", err)
			}
			if !tt.unmade(w) {
				t.Error("the sleeper's write had an effect")
			}
		})
	}
}

func (w *world) active() color.Color {
	w.Helper()
	c, err := manifest.Pointed(w.get("HTTPRoute", "shop"), "shop")
	w.must(err)
	return c
}

// What is not there yet cannot be stamped: the sleeper's object must not
// replace the one that the new holder has made meanwhile.
func TestSleeperReplacesNothingNew(t *testing.T) {
	w := newWorld(t)
	ada := w.lock(w.target(), "ada")
	w.server.Before(func(r kubetest.Request) {
		if r.Method == "GET" || r.Resource != "deployments" {
			return
		}
		w.server.Before(nil)
		w.elsewhere()
		w.server.Advance(17 * time.Second)
		bob := w.lock(w.target(), "bob")
		o := deployment("shop-green")
		objects.SetAnnotation(o, "by", "bob")
		_, err := bob.apply(t.Context(), o)
		w.must(err)
	})
	o := deployment("shop-green")
	objects.SetAnnotation(o, "by", "ada")
	if _, err := ada.apply(t.Context(), o); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("the sleeper's apply = %v, want ErrFenced", err)
	}
	if by := w.get("Deployment", "shop-green").GetAnnotations()["by"]; by != "bob" {
		t.Errorf("the object is %s's", by)
	}
}

// Nor does it stay where the new holder has no use for it.
func TestSleepersNewObjectIsTakenBack(t *testing.T) {
	for name, write := range map[string]func(*session) error{
		"Deployment shop-green": func(s *session) error { _, err := s.apply(t.Context(), deployment("shop-green")); return err },
		"HTTPRoute shop":        func(s *session) error { return s.ensureRoutes(t.Context()) },
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada := w.lock(w.target(), "ada")
			w.server.Before(func(r kubetest.Request) {
				if r.Method != "POST" {
					return
				}
				w.server.Before(nil)
				w.elsewhere()
				w.server.Advance(17 * time.Second)
				w.lock(w.target(), "bob")
			})
			if err := write(ada); !errors.Is(err, deploy.ErrFenced) {
				t.Errorf("the sleeper's write = %v, want ErrFenced", err)
			}
			kind, object, _ := strings.Cut(name, " ")
			if w.get(kind, object) != nil {
				t.Error("what the sleeper made is still there")
			}
		})
	}
}

// Others write to our objects all the time, above all their status.
func TestLostRaceWithAControllerIsRunAgain(t *testing.T) {
	w := newWorld(t)
	w.run(color.Blue)
	s := w.lock(w.target(), "ada")
	others := 0
	w.server.Before(func(r kubetest.Request) {
		if r.Method == "PATCH" && r.Resource == "deployments" && others < 3 {
			others++
			o := w.get("Deployment", "shop-blue")
			objects.SetAnnotation(o, "status", time.Now().String())
			w.server.Put(o)
		}
	})
	o := deployment("shop-blue")
	objects.SetAnnotation(o, "by", "ada")
	_, err := s.apply(t.Context(), o)
	w.must(err)
	if w.get("Deployment", "shop-blue").GetAnnotations()["by"] != "ada" || others != 3 {
		t.Errorf("after %d races: %v", others, w.get("Deployment", "shop-blue").GetAnnotations())
	}
}

// A created object belongs to who applies it: what is left out later is then
// removed by the API server.
func TestCreatedFieldsAreOwnedByApply(t *testing.T) {
	w := newWorld(t)
	s := w.lock(w.target(), "ada")
	_, err := s.apply(t.Context(), deployment("shop-blue"))
	w.must(err)
	for _, f := range w.get("Deployment", "shop-blue").GetManagedFields() {
		if f.Manager == kube.Manager && f.Operation == "Update" && f.FieldsV1 != nil && f.FieldsV1.GetRawString() != "{}" {
			t.Errorf("still owned by %s: %s", f.Operation, f.FieldsV1.GetRawString())
		}
	}
	fields, changed, err := upgraded(&kube.Object{Object: map[string]any{"metadata": map[string]any{"managedFields": []any{
		map[string]any{"manager": kube.Manager, "operation": "Update"},
		map[string]any{"manager": kube.Manager, "operation": "Update", "subresource": "status"},
		map[string]any{"manager": "kubectl", "operation": "Update"},
	}}}})
	if err != nil || !changed || len(fields) != 3 || fields[0].(map[string]any)["operation"] != "Apply" || fields[2].(map[string]any)["operation"] != "Update" {
		t.Errorf("upgraded = %v, %t, %v", fields, changed, err)
	}
}

// TestDeletedNamespaceIsNamed: nothing is done any more in a namespace that is
// being deleted, and it is said why.
func TestDeletedNamespaceIsNamed(t *testing.T) {
	w := newWorld(t)
	ada := w.deployed()
	w.must(ada.app.Kube.Delete(t.Context(), ada.app.ObjectRef("Lease", "shop")))
	w.put(`{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "shop", "deletionTimestamp": "2026-01-01T00:00:00Z", "finalizers": ["x"]}}`)
	for name, f := range map[string]func() error{
		"renew":  func() error { return ada.Renew(t.Context()) },
		"retire": func() error { return ada.Retire(t.Context(), color.Green) },
		"unlock": func() error { return ada.Unlock(t.Context()) },
	} {
		if err := f(); !errors.Is(err, deploy.ErrFenced) || !strings.Contains(err.Error(), "namespace shop is being deleted") {
			t.Errorf("%s: %v", name, err)
		}
	}
}
