//go:build e2e

package kubernetes

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"version-manager/internal/color"
	"version-manager/internal/config"
	"version-manager/internal/deploy"
	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/targettest"
)

// bare is a target in a namespace of its own, without anything that could run
// in it.
func bare(t *testing.T, namespace string) *Target {
	t.Helper()
	client, err := kube.OpenClient(kube.Options{Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	o := Options{App: "shop", Namespace: namespace, Config: config.Kubernetes{Namespace: namespace, Hosts: []string{namespace + ".test"}}}
	target := assembleTarget(o, client, client, nil)
	t.Cleanup(target.Close)
	return target
}

func freshNamespace(t *testing.T) string {
	t.Helper()
	name := "f-" + strings.ToLower(rand.Text()[:8])
	client, err := kube.OpenClient(kube.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := client.DeleteObject(context.WithoutCancel(t.Context()), kube.Ref{Kind: "Namespace", Name: name}); err != nil {
			t.Error(err)
		}
	})
	return name
}

// holderEnv makes this test's program one that takes a lock and never ends.
const holderEnv = "VERSION_MANAGER_TEST_HOLD"

func TestHolder(t *testing.T) {
	namespace := os.Getenv(holderEnv)
	if namespace == "" {
		t.Skip("this is the process that TestKilledHolder kills")
	}
	s, err := bare(t, namespace).AcquireLock(t.Context(), "ada")
	if err != nil {
		t.Fatal(err)
	}
	os.Stdout.WriteString("\nlocked\n")
	for {
		time.Sleep(4 * time.Second)
		if err := s.RenewLock(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

// hold starts a process that holds the lock, and returns how to kill it.
func hold(t *testing.T, namespace string) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestHolder$")
	cmd.Env = append(os.Environ(), holderEnv+"="+namespace)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	kill = func() {
		cmd.Process.Kill()
		cmd.Wait()
	}
	t.Cleanup(kill)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if lines.Text() == "locked" {
			return kill
		}
	}
	t.Fatal("the process did not get the lock")
	return nil
}

func TestKilledHolder(t *testing.T) {
	for name, tt := range map[string]struct {
		elsewhere bool
		within    time.Duration
	}{
		"on this machine": {false, 2 * time.Second},
		"on another one":  {true, 20 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, namespace := t.Context(), freshNamespace(t)
			kill := hold(t, namespace)
			target := bare(t, namespace)
			if tt.elsewhere {
				patch := map[string]any{"metadata": map[string]any{"annotations": map[string]any{fenced.ProcessAnnotation: nil}}}
				if _, err := target.app.Kube.PatchObject(ctx, target.app.ObjectRef("Lease", "shop"), patch); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := target.AcquireLock(ctx, "bob"); !errors.As(err, new(*deploy.HeldError)) {
				t.Fatalf("Lock = %v", err)
			}
			kill()
			killed := time.Now()
			for {
				s, err := target.AcquireLock(ctx, "bob")
				if err == nil {
					t.Logf("the next deploy could start after %v", time.Since(killed).Round(time.Millisecond))
					if err := s.ReleaseLock(ctx); err != nil {
						t.Error(err)
					}
					return
				}
				if held, ok := errors.AsType[*deploy.HeldError](err); !ok || time.Since(killed) > tt.within {
					t.Fatalf("after %v: %v (%v)", time.Since(killed), err, held)
				}
				time.Sleep(250 * time.Millisecond)
			}
		})
	}
}

// An app that was never switched to, and a preview without a standby color,
// answer 503: not 404, and no other app answers for them.
func TestNobodyAnswers503(t *testing.T) {
	ctx, namespace := t.Context(), freshNamespace(t)
	target := bare(t, namespace)
	held, err := target.AcquireLock(ctx, "ada")
	if err != nil {
		t.Fatal(err)
	}
	s := held.(*session)
	for _, o := range manifest.BaseObjects(target.app.RouteApp()) {
		if o.GetKind() == "Service" {
			if _, err := s.out.ApplyObject(ctx, o); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.routes.EnsureRoutes(ctx); err != nil {
		t.Fatal(err)
	}
	for _, h := range []string{namespace + ".test", target.app.PreviewHost()} {
		began := time.Now()
		if _, err := target.confirmer.ConfirmProxies(ctx, target.confirmer.NewQuestion(ctx, h, color.None), 0); err != nil {
			t.Fatal(err)
		}
		t.Logf("every proxy answers 503 for %s after %v", h, time.Since(began).Round(time.Millisecond))
	}
	e, err := target.entrances.ListEntrances(ctx)
	if err != nil || len(e.Public) < 2 {
		t.Fatalf("entrances %+v, %v", e, err)
	}
	t.Logf("%+v, %s", e, target.PreviewHint(ctx))
	client := targettest.PlainClient(nil)
	client.Transport.(*http.Transport).DialContext = target.Dial
	for _, base := range append(e.Public, e.Preview) {
		if status, _, err := targettest.Ask(ctx, client, base+"/"); status != http.StatusServiceUnavailable || err != nil {
			t.Errorf("%s answers %d, %v", base, status, err)
		}
	}
	for _, w := range target.gateway.ListWarnings(ctx) {
		t.Log("warning: " + w)
	}
}
