package fenced

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/kube/kubetest"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

func TestRetryConflicts(t *testing.T) {
	resource := schema.GroupResource{Resource: "leases"}
	conflict, exists, other := apierrors.NewConflict(resource, "x", nil), apierrors.NewAlreadyExists(resource, "x"), errors.New("other")
	for name, tt := range map[string]struct {
		err   error
		fails int // of the first tries
		calls int
		want  error
	}{
		"at once":          {conflict, 0, 1, nil},
		"after a conflict": {conflict, 1, 2, nil},
		"after somebody's": {exists, 3, 4, nil},
		"at the last try":  {conflict, maxAttempts - 1, maxAttempts, nil},
		"one try too many": {conflict, maxAttempts, maxAttempts, errBusy},
		"any other error":  {other, 5, 1, other},
	} {
		calls := 0
		err := RetryConflicts(t.Context(), "try", func(context.Context) error {
			if calls++; calls <= tt.fails {
				return tt.err
			}
			return nil
		})
		if calls != tt.calls || !errors.Is(err, tt.want) {
			t.Errorf("%s: %d calls, %v", name, calls, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	calls := 0
	err := RetryConflicts(ctx, "try", func(context.Context) error { calls++; cancel(); return conflict })
	if calls != 1 || !errors.Is(err, context.Canceled) {
		t.Errorf("canceled: %d calls, %v", calls, err)
	}
}

// Whatever a holder does that paused past its expiry between verifying the
// lease and writing, it has no effect.
func TestWritesOfAPausedHolderAreFencedOff(t *testing.T) {
	for name, tt := range map[string]struct {
		write func(context.Context, *Writer) error
		kept  func(world) bool
	}{
		"apply": {func(ctx context.Context, out *Writer) error {
			_, err := out.ApplyObject(ctx, deployment("shop-blue", "ada"))
			return err
		}, func(w world) bool { return w.writtenBy("shop-blue") == "" }},
		"edit": {func(ctx context.Context, out *Writer) error {
			_, err := out.EditObject(ctx, "Deployment", "shop-blue", func(o *kube.Object) (bool, error) {
				objects.SetAnnotation(o, "by", "ada")
				return true, nil
			})
			return err
		}, func(w world) bool { return w.writtenBy("shop-blue") == "" }},
		"delete": {func(ctx context.Context, out *Writer) error {
			return out.DeleteObject(ctx, "Deployment", "shop-blue")
		}, func(w world) bool { return w.GetObject("Deployment", "shop-blue") != nil }},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.Server.PutObject(deployment("shop-blue", ""))
			ada := w.lock("ada")
			w.beforeWrite("", "deployments", func() { w.takeOver() })
			if err := tt.write(t.Context(), ada); !errors.Is(err, deploy.ErrFenced) {
				t.Errorf("the paused holder's write = %v, want ErrFenced", err)
			}
			if !tt.kept(w) {
				t.Error("the paused holder's write had an effect")
			}
		})
	}
}

// An object that does not exist yet cannot be stamped: the paused holder's
// must not replace the one that the new holder has created meanwhile.
func TestPausedHolderReplacesNothingNew(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	w.beforeWrite("", "deployments", func() {
		_, err := w.takeOver().ApplyObject(t.Context(), deployment("shop-green", "bob"))
		w.Must(err)
	})
	if _, err := ada.ApplyObject(t.Context(), deployment("shop-green", "ada")); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("the paused holder's apply = %v, want ErrFenced", err)
	}
	if by := w.writtenBy("shop-green"); by != "bob" {
		t.Errorf("the object is %s's", by)
	}
}

// Nor does it stay if the new holder has no use for it.
func TestPausedHoldersNewObjectIsDeleted(t *testing.T) {
	for name, write := range map[string]func(context.Context, *Writer, *kube.Object) (*kube.Object, error){
		"apply": func(ctx context.Context, out *Writer, o *kube.Object) (*kube.Object, error) {
			return out.ApplyObject(ctx, o)
		},
		"create": func(ctx context.Context, out *Writer, o *kube.Object) (*kube.Object, error) {
			return out.CreateObject(ctx, o)
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada := w.lock("ada")
			w.beforeWrite("POST", "deployments", func() { w.takeOver() })
			if o, err := write(t.Context(), ada, deployment("shop-green", "ada")); !errors.Is(err, deploy.ErrFenced) || o != nil {
				t.Errorf("the paused holder's write = %v, want ErrFenced", err)
			}
			if w.GetObject("Deployment", "shop-green") != nil {
				t.Error("what the paused holder created is still there")
			}
		})
	}
}

// The new holder has taken over what the paused one created: it stays.
func TestTakenOverObjectStays(t *testing.T) {
	w := newWorld(t)
	ada := w.lock("ada")
	ada.app.Kube = &afterCreate{ada.app.Kube, func() { w.takeOver() }}
	if _, err := ada.CreateObject(t.Context(), deployment("shop-green", "ada")); !errors.Is(err, deploy.ErrFenced) {
		t.Errorf("the paused holder's create = %v, want ErrFenced", err)
	}
	if w.GetObject("Deployment", "shop-green") == nil {
		t.Error("the new holder's object is gone")
	}
}

// afterCreate runs f after a Deployment was created and before the caller
// knows.
type afterCreate struct {
	kube.Cluster
	f func()
}

func (c *afterCreate) CreateObject(ctx context.Context, o *kube.Object) (*kube.Object, error) {
	made, err := c.Cluster.CreateObject(ctx, o)
	if err == nil && o.GetKind() == "Deployment" {
		c.f()
	}
	return made, err
}

// Others write to our objects all the time, above all their status.
func TestLostRaceWithAControllerIsRepeated(t *testing.T) {
	w := newWorld(t)
	w.Server.PutObject(deployment("shop-blue", ""))
	out := w.lock("ada")
	others := 0
	w.Server.BeforeRequest(func(r kubetest.Request) {
		if r.Method == "PATCH" && r.Resource == "deployments" && others < 3 {
			others++
			w.ChangeObject("Deployment", "shop-blue", func(o *kube.Object) { objects.SetAnnotation(o, "status", time.Now().String()) })
		}
	})
	_, err := out.ApplyObject(t.Context(), deployment("shop-blue", "ada"))
	w.Must(err)
	if w.writtenBy("shop-blue") != "ada" || others != 3 {
		t.Errorf("after %d races: %v", others, w.GetObject("Deployment", "shop-blue").GetAnnotations())
	}
}

// Objects of others are neither changed nor deleted.
func TestForeignObjectsAreLeftAlone(t *testing.T) {
	w := newWorld(t)
	out := w.lock("ada")
	foreign := deployment("shop-blue", "them")
	foreign.SetLabels(nil)
	w.Server.PutObject(foreign)
	change := func(o *kube.Object) (bool, error) { objects.SetAnnotation(o, "by", "ada"); return true, nil }
	_, applied := out.ApplyObject(t.Context(), deployment("shop-blue", "ada"))
	_, edited := out.EditObject(t.Context(), "Deployment", "shop-blue", change)
	for name, err := range map[string]error{"apply": applied, "edit": edited, "delete": out.DeleteObject(t.Context(), "Deployment", "shop-blue")} {
		if err == nil || !strings.Contains(err.Error(), "was not made by version-manager") {
			t.Errorf("%s = %v", name, err)
		}
	}
	if by := w.writtenBy("shop-blue"); by != "them" {
		t.Errorf("it was written by %q", by)
	}
}

// An edit that changes nothing writes nothing, unless the object has lost its
// labels.
func TestEditWritesOnlyChanges(t *testing.T) {
	for name, tt := range map[string]struct {
		strip, change bool
		writes        int
	}{
		"nothing":     {false, false, 0},
		"a change":    {false, true, 1},
		"lost labels": {true, false, 1},
		"both":        {true, true, 1},
	} {
		w := newWorld(t)
		out := w.lock("ada")
		_, err := out.ApplyObject(t.Context(), deployment("shop-blue", ""))
		w.Must(err)
		if tt.strip {
			w.ChangeObject("Deployment", "shop-blue", func(o *kube.Object) { o.SetLabels(nil) })
		}
		writes := 0
		w.Server.BeforeRequest(func(r kubetest.Request) {
			if r.Resource == "deployments" && r.Method != "GET" {
				writes++
			}
		})
		o, err := out.EditObject(t.Context(), "Deployment", "shop-blue", func(o *kube.Object) (bool, error) {
			if tt.change {
				objects.SetAnnotation(o, "by", "ada")
			}
			return tt.change, nil
		})
		if err != nil || o == nil || writes != tt.writes {
			t.Errorf("%s: %d writes, %v", name, writes, err)
		}
		if labels := w.GetObject("Deployment", "shop-blue").GetLabels(); labels[manifest.NameLabel] != "shop" || labels[manifest.ManagedLabel] != kube.FieldManager {
			t.Errorf("%s: labels %v", name, labels)
		}
	}
	w := newWorld(t)
	out := w.lock("ada")
	if _, err := out.EditObject(t.Context(), "Deployment", "none", nil); !kube.IsNotFound(err) {
		t.Errorf("edit of nothing = %v", err)
	}
	w.Must(out.DeleteObject(t.Context(), "Deployment", "none"))
}

// The next read of the cache sees what was written.
func TestCacheSeesWrites(t *testing.T) {
	w := newWorld(t)
	out := w.lock("ada")
	sees := func() bool {
		_, ok, err := out.Cache().FindObject(t.Context(), "Deployment", "shop-blue")
		w.Must(err)
		return ok
	}
	if sees() {
		t.Error("seen before it was written")
	}
	_, err := out.ApplyObject(t.Context(), deployment("shop-blue", ""))
	w.Must(err)
	if !sees() {
		t.Error("not seen after the write")
	}
	w.Must(out.DeleteObject(t.Context(), "Deployment", "shop-blue"))
	if sees() {
		t.Error("seen after the delete")
	}
}

func TestReadLive(t *testing.T) {
	w := newWorld(t)
	out := w.lock("ada")
	_, err := out.ApplyObject(t.Context(), deployment("shop-blue", ""))
	w.Must(err)
	if o, err := out.ReadLive(t.Context(), "Deployment", "shop-blue"); err != nil || o == nil {
		t.Errorf("read %v, %v", o, err)
	}
	w.DeleteObject("Deployment", "shop-blue")
	if o, err := out.ReadLive(t.Context(), "Deployment", "shop-blue"); err != nil || o != nil {
		t.Errorf("read %v, %v, and it is gone", o, err)
	}
}

// A created object belongs to anyone who applies it: a field that is left out
// later is then removed by the API server.
func TestCreatedFieldsAreOwnedByApply(t *testing.T) {
	w := newWorld(t)
	_, err := w.lock("ada").ApplyObject(t.Context(), deployment("shop-blue", ""))
	w.Must(err)
	for _, f := range w.GetObject("Deployment", "shop-blue").GetManagedFields() {
		if f.Manager == kube.FieldManager && f.Operation == "Update" && f.FieldsV1 != nil && f.FieldsV1.GetRawString() != "{}" {
			t.Errorf("still owned by %s: %s", f.Operation, f.FieldsV1.GetRawString())
		}
	}
}

func TestConvertToApplied(t *testing.T) {
	const ours, sub, theirs, applied = `Update`, `Update/status`, `kubectl:Update`, `Apply`
	entry := func(text string) any {
		e := map[string]any{"manager": kube.FieldManager}
		if rest, ok := strings.CutPrefix(text, "kubectl:"); ok {
			text, e["manager"] = rest, "kubectl"
		}
		operation, subresource, ok := strings.Cut(text, "/")
		if e["operation"] = operation; ok {
			e["subresource"] = subresource
		}
		return e
	}
	for name, tt := range map[string]struct {
		fields  []string
		want    string
		changed bool
	}{
		"nothing":             {nil, "", false},
		"only applied":        {[]string{applied, theirs}, "Apply kubectl:Update", false},
		"created":             {[]string{ours, sub, theirs}, "Apply Update/status kubectl:Update", true},
		"applied and updated": {[]string{ours, applied}, "Apply", true},
		"updated after":       {[]string{applied, ours, sub}, "Apply Update/status", true},
	} {
		var fields []any
		for _, f := range tt.fields {
			fields = append(fields, entry(f))
		}
		list, changed, err := convertToApplied(&kube.Object{Object: map[string]any{"metadata": map[string]any{"managedFields": fields}}})
		var got []string
		for _, f := range list {
			e := f.(map[string]any)
			text := e["operation"].(string)
			if e["manager"] == "kubectl" {
				text = "kubectl:" + text
			}
			if s, ok := e["subresource"]; ok {
				text += "/" + s.(string)
			}
			got = append(got, text)
		}
		if err != nil || changed != tt.changed || strings.Join(got, " ") != tt.want {
			t.Errorf("%s: %v, changed %t, %v; want %s", name, got, changed, err, tt.want)
		}
	}
}

func TestStampObjects(t *testing.T) {
	w := newWorld(t)
	w.Server.PutObject(deployment("shop-blue", ""))
	foreign := deployment("other", "")
	foreign.SetLabels(nil)
	w.Server.PutObject(foreign)
	kept := deployment("shop-kept", "")
	labels := kept.GetLabels()
	labels[objects.KeepsLabel] = "journal"
	kept.SetLabels(labels)
	w.Server.PutObject(kept)
	w.Server.ForgetResource("httproutes") // a cluster without the Gateway API is stamped too
	out := w.lock("ada")                  // which stamps
	for name, want := range map[string]string{"shop-blue": "1 " + out.LockToken(), "other": "", "shop-kept": ""} {
		if got := w.GetObject("Deployment", name).GetAnnotations()[TermAnnotation]; got != want {
			t.Errorf("stamp of %s is %q, want %q", name, got, want)
		}
	}
	w.Must(out.StampObject(t.Context(), "Deployment", "none"))
}

// Where the memory of the terms is lost too, two holders have the same one.
func TestStampIsAChangeEvenInTheSameTerm(t *testing.T) {
	w := newWorld(t)
	w.Server.PutObject(deployment("shop-blue", ""))
	var stamps []string
	for range 2 {
		out := w.lock("ada")
		if out.term.Load() != 1 {
			t.Errorf("term %d", out.term.Load())
		}
		stamps = append(stamps, w.GetObject("Deployment", "shop-blue").GetAnnotations()[TermAnnotation])
		w.DeleteObject("Lease", "shop")
		w.DeleteObject("ConfigMap", "shop")
	}
	if stamps[0] == stamps[1] {
		t.Errorf("both stamps are %q", stamps[0])
	}
}

func TestDeleteOthers(t *testing.T) {
	w := newWorld(t)
	out := w.lock("ada")
	for _, name := range []string{"shop-blue", "shop-green"} {
		_, err := out.ApplyObject(t.Context(), deployment(name, ""))
		w.Must(err)
	}
	w.Must(out.DeleteOthers(t.Context(), []string{"Deployment"}, func(o *kube.Object) bool { return o.GetName() == "shop-green" }))
	if w.GetObject("Deployment", "shop-blue") != nil || w.GetObject("Deployment", "shop-green") == nil {
		t.Error("want blue to be deleted and green to be kept")
	}
}
