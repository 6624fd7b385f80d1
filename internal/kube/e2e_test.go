//go:build e2e

package kube

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"
)

// real opens the cluster of $KUBECONFIG, with a namespace for the test.
func real(t *testing.T) *Client {
	t.Helper()
	c, err := OpenClient(Options{Namespace: fmt.Sprintf("kube-%s-%d", strings.ToLower(t.Name()), os.Getpid())})
	if err != nil {
		t.Fatal(err)
	}
	ns := &Object{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": c.DefaultNamespace()}}}
	if _, err := c.ApplyObject(t.Context(), ns); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.DeleteObject(context.Background(), Ref{Kind: "Namespace", Name: c.DefaultNamespace()}); err != nil {
			t.Error(err)
		}
	})
	return c
}

func TestRealVersion(t *testing.T) {
	v, err := real(t).ServerVersion(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if warning, err := CheckVersion(v); err != nil || warning != "" {
		t.Errorf("%s: %q, %v", v, warning, err)
	}
}

func TestRealKinds(t *testing.T) {
	c := real(t)
	for _, k := range knownKinds() {
		switch k.name {
		case "SelfSubjectAccessReview":
			continue // is only ever created
		case "HelmChartConfig":
			continue // is there in K3s only
		}
		if _, err := c.ListObjects(t.Context(), Ref{Kind: k.name}, ""); err != nil {
			t.Error(err)
		}
	}
	if _, err := c.ListObjects(t.Context(), Ref{Kind: "HelmChartConfig"}, ""); err != nil && !IsNoKind(err) {
		t.Errorf("error %v, want that of a kind that is not known", err)
	}
}

func TestRealWrites(t *testing.T) {
	c := real(t)
	o := object("a", "")
	o.SetNamespace("")
	o.SetUID("")
	o.SetResourceVersion("")
	if dry, err := c.DryApply(t.Context(), o); err != nil || dry.GetUID() == "" {
		t.Errorf("dry run %v, %v", dry, err)
	}
	first, err := c.CreateObject(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.CreateObject(t.Context(), o); !IsAlreadyExists(err) {
		t.Errorf("created twice: %v", err)
	}
	patched, err := c.PatchObject(t.Context(), ref("a"), map[string]any{"data": map[string]any{"k": "v"}})
	if err != nil || patched.GetResourceVersion() == first.GetResourceVersion() {
		t.Errorf("patched %v, %v", patched, err)
	}
	if _, err := c.UpdateObject(t.Context(), first); !IsConflict(err) {
		t.Errorf("update of an old one: %v", err)
	}
	if _, err := c.ApplyObject(t.Context(), first); !IsConflict(err) {
		t.Errorf("apply of an old one: %v", err)
	}
	if err := c.DeleteUnchanged(t.Context(), first); !IsConflict(err) {
		t.Errorf("deletion of an old one: %v", err)
	}
	if err := c.DeleteUnchanged(t.Context(), patched); err != nil {
		t.Error(err)
	}
	if _, err := c.GetObject(t.Context(), ref("a")); !IsNotFound(err) || IsNoKind(err) {
		t.Errorf("it is still there: %v", err)
	}
	if err := c.DeleteObject(t.Context(), ref("a")); err != nil {
		t.Errorf("deleted twice: %v", err)
	}
}

func TestRealWatch(t *testing.T) {
	c := real(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	err := c.WatchObjects(ctx, ref("watched"), "", func(e Event) error {
		o := object("watched", "")
		o.SetNamespace("")
		switch {
		case e.Synced:
			_, err := c.CreateObject(ctx, o)
			return err
		case e.Deleted:
			return errEnough
		}
		return c.DeleteObject(ctx, ref("watched"))
	})
	if !errors.Is(err, errEnough) {
		t.Errorf("ended with %v", err)
	}
}

func TestRealPermissions(t *testing.T) {
	missing, err := real(t).MissingPermissions(t.Context(), []Permission{{"create", "apps", "deployments", "default"}, {"create", "", "pods/portforward", ""}})
	if err != nil || len(missing) > 0 {
		t.Errorf("the administrator lacks %v, %v", missing, err)
	}
}

// traefik is a pod that serves HTTP, and logs.
func traefik(t *testing.T, c *Client) Ref {
	t.Helper()
	pods, err := c.ListObjects(t.Context(), Ref{Kind: "Pod", Namespace: "traefik"}, "app.kubernetes.io/name=traefik")
	if err != nil || len(pods) == 0 {
		t.Fatalf("no Traefik: %v", err)
	}
	return Ref{"Pod", "traefik", pods[0].GetName()}
}

func TestRealDialPod(t *testing.T) {
	c := real(t)
	pod := traefik(t, c)
	dials := 0
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		dials++
		return c.DialPod(ctx, pod.Namespace, pod.Name, 8000)
	}}
	defer transport.CloseIdleConnections()
	began := time.Now()
	for range 20 {
		resp, err := (&http.Client{Transport: transport}).Get("http://nobody.example/")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Error(err)
		}
		resp.Body.Close()
	}
	t.Logf("20 requests over %d connections took %v", dials, time.Since(began))
	if dials != 1 {
		t.Errorf("%d connections", dials)
	}
	conn, err := c.DialPod(t.Context(), pod.Namespace, pod.Name, 9)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := conn.Read(make([]byte, 1)); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("a closed port says %v", err)
	}
	if _, err := c.DialPod(t.Context(), "traefik", "nobody", 80); err == nil || !strings.Contains(err.Error(), "not found") {
		t.Errorf("a missing pod says %v", err)
	}
}

func TestRealLogs(t *testing.T) {
	c := real(t)
	log, err := c.StreamLogs(t.Context(), traefik(t, c), LogQuery{Tail: 1, Follow: true})
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(log).ReadString('\n'); line == "" {
		t.Errorf("read %q, %v", line, err)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}
