//go:build e2e

package kubernetes

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/images"
	"version-manager/internal/kit/problem"
	"version-manager/internal/kube"
	"version-manager/internal/release"
	"version-manager/internal/target/kubernetes/workload"
)

// misplaced says of an image that it is somewhere else.
type misplaced struct {
	workload.Delivery
	placed  images.Placed
	sidecar bool // that of the sidecar; else the app's
}

func (m misplaced) Again(context.Context, string, string) error { return nil }

func (m misplaced) Image(ctx context.Context, digest string) (images.Placed, error) {
	if m.sidecar {
		return m.Delivery.Image(ctx, digest)
	}
	return m.placed, nil
}

func (m misplaced) Sidecar(ctx context.Context) (images.Placed, error) {
	if !m.sidecar {
		return m.Delivery.Sidecar(ctx)
	}
	return m.placed, nil
}

// TestNamesProgramsThatCannotRun: an image can be there and be of no use.
func TestNamesProgramsThatCannotRun(t *testing.T) {
	c := newCluster(t)
	text, err := storeImage(c.built.state, "problems_e2e_test.go", thisArch)
	must(t, err)
	foreign, err := storeImage(c.built.state, "problems_e2e_test.go", "riscv64")
	must(t, err)
	lock := func(t *testing.T) (*Target, deploy.Session) {
		t.Parallel()
		target := c.target(t, c.options(t))
		session, err := target.AcquireLock(t.Context(), "test")
		must(t, err)
		t.Cleanup(func() {
			ctx := context.WithoutCancel(t.Context())
			must(t, errors.Join(session.RemoveApp(ctx), session.ReleaseLock(ctx)))
		})
		return target, session
	}
	t.Run("another processor", func(t *testing.T) {
		_, session := lock(t)
		r := c.release("v1.0.0", nil)
		r.Image = foreign
		expectProblem(t, session, r, "riscv64")
	})
	t.Run("a sidecar that ends at once", func(t *testing.T) {
		target, session := lock(t)
		placed, err := target.images.Delivery.Image(t.Context(), text)
		must(t, err)
		target.images.Delivery = misplaced{target.images.Delivery, placed, true}
		expectProblem(t, session, c.release("v1.0.0", nil), "exec format error")
	})
}

// TestNamesWhatCanNeverStart: a deploy learns soon what no patience would
// change.
func TestNamesWhatCanNeverStart(t *testing.T) {
	t.Parallel()
	c := newCluster(t)
	for name, tt := range map[string]struct {
		placed images.Placed // of the app's image, if not as it should be
		quota  string        // of pods in the namespace
		change func(*config.App)
		says   string
	}{
		"an image that no node has":    {placed: images.Placed{Ref: "version-manager.local/nobody:1", Pull: "Never"}, says: "ErrImageNeverPull"},
		"a registry that is not there": {placed: images.Placed{Ref: "127.0.0.1:9/nobody:1", Pull: "IfNotPresent"}, says: "image"},
		"an invalid name":              {placed: images.Placed{Ref: "version-manager.local/NOBODY:1", Pull: "Never"}, says: "InvalidImageName"},
		"a quota that is used up":      {quota: "0", says: "exceeded quota"},
		"more than any node has":       {change: func(a *config.App) { a.Kubernetes.Resources.CPU = "1000" }, says: "Insufficient cpu"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := c.target(t, c.options(t))
			if tt.placed.Ref != "" {
				target.images.Delivery = misplaced{target.images.Delivery, tt.placed, false}
			}
			session, err := target.AcquireLock(t.Context(), "test")
			if err != nil {
				t.Fatal(err)
			}
			if tt.quota != "" {
				limitPods(t, target, tt.quota)
			}
			r := c.release("v1.0.0", nil)
			if tt.change != nil {
				tt.change(&r.Config)
			}
			expectProblem(t, session, r, tt.says)
			if err := errors.Join(session.RemoveApp(t.Context()), session.ReleaseLock(t.Context())); err != nil {
				t.Error(err)
			}
		})
	}
}

func expectProblem(t *testing.T, session deploy.Session, r release.Release, says string) {
	t.Helper()
	began := time.Now()
	err := session.ApplySpec(t.Context(), color.Blue, deploy.Spec{Release: r, Replicas: 1})
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || !strings.Contains(p.Error()+strings.Join(p.Lines, "\n"), says) || p.Hint == "" {
		t.Errorf("Apply = %v, want a problem that says %q", err, says)
		return
	}
	t.Logf("after %v: %v\n%s\n→ %s", time.Since(began).Round(time.Millisecond), p, strings.Join(p.Lines, "\n"), p.Hint)
}

func limitPods(t *testing.T, target *Target, pods string) {
	t.Helper()
	_, err := target.app.Kube.ApplyObject(t.Context(), &kube.Object{Object: map[string]any{
		"apiVersion": "v1", "kind": "ResourceQuota", "metadata": map[string]any{"name": "few", "namespace": target.app.Namespace},
		"spec": map[string]any{"hard": map[string]any{"pods": pods}},
	}})
	if err != nil {
		t.Fatal(err)
	}
}
