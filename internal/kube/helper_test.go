package kube

import (
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"version-manager/internal/kit/problem"
)

// secret stands in every kubeconfig of the tests and must not be shown.
const secret = "s3cr3t-t0k3n"

func kubeconfig(t *testing.T, server string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`apiVersion: v1
kind: Config
current-context: here
contexts:
- {name: here, context: {cluster: c, user: u, namespace: shops}}
- {name: there, context: {cluster: c, user: u}}
clusters:
- {name: c, cluster: {server: %q}}
users:
- {name: u, user: {token: %s}}
`, server, secret)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// client opens an API server whose answers are given by h.
func client(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return clientOf(t, s.URL)
}

// secureClient is client over TLS, without which client-go sends no token.
func secureClient(t *testing.T, h http.HandlerFunc) *Client {
	t.Helper()
	s := httptest.NewTLSServer(h)
	t.Cleanup(s.Close)
	c := clientOf(t, s.URL)
	authority := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	a := access{Options{Context: c.context, Namespace: c.namespace}, rest.CopyConfig(c.config)}
	a.config.CAData = authority
	secure, err := connectClient(a)
	if err != nil {
		t.Fatal(err)
	}
	return secure
}

func clientOf(t *testing.T, url string) *Client {
	t.Helper()
	c, err := OpenClient(Options{Kubeconfig: kubeconfig(t, url)})
	if err != nil {
		t.Fatal(err)
	}
	c.retryTime, c.tryTimeout = 10*time.Second, 5*time.Second
	return c
}

func answerJSON(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

// refuse answers as an API server does.
func refuse(w http.ResponseWriter, code int, reason, message string) {
	answerJSON(w, code, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure",
		"code": code, "reason": reason, "message": message})
}

func configMap(name, version string) map[string]any {
	return map[string]any{"apiVersion": "v1", "kind": "ConfigMap",
		"metadata": map[string]any{"name": name, "namespace": "shops", "uid": "u-" + name, "resourceVersion": version}}
}

func object(name, version string) *Object { return &Object{Object: configMap(name, version)} }

func ref(name string) Ref { return Ref{Kind: "ConfigMap", Name: name} }

// seen is what a server remembers of a request.
type seen struct{ method, path, query, contentType, body string }

// recorder answers every request alike and remembers them.
type recorder struct {
	mu   sync.Mutex
	seen []seen
	code int
	body any
}

func (rec *recorder) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	rec.mu.Lock()
	rec.seen = append(rec.seen, seen{r.Method, r.URL.Path, r.URL.RawQuery, r.Header.Get("Content-Type"), string(body)})
	rec.mu.Unlock()
	answerJSON(w, rec.code, rec.body)
}

func (rec *recorder) last() seen {
	rec.mu.Lock()
	defer rec.mu.Unlock()
	if len(rec.seen) == 0 {
		return seen{}
	}
	return rec.seen[len(rec.seen)-1]
}

// wantProblem checks what a person is told, and that no secret is.
func wantProblem(t *testing.T, err error, text, hint string) {
	t.Helper()
	p, ok := errors.AsType[*problem.Problem](err)
	if !ok || !strings.Contains(p.Error(), text) || !strings.Contains(p.Hint, hint) {
		t.Errorf("error %q, hint %q, want %q and %q", err, hintOf(p), text, hint)
	}
	if strings.Contains(fmt.Sprintf("%+v", err), secret) {
		t.Errorf("the error shows a secret: %v", err)
	}
}

func hintOf(p *problem.Problem) string {
	if p == nil {
		return ""
	}
	return p.Hint
}
