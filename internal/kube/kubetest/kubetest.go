// Package kubetest is an API server in memory, for tests of code that talks to
// one.
//
// It speaks the protocol, so that the real client stands in front of it: reads,
// lists with label selectors, watches, creates, updates, merge patches,
// server-side applies and deletes, with resource versions and UIDs as
// preconditions, generations, managed fields with their times, dry runs and
// the errors that belong to all that. It has no controllers: a Deployment makes
// no pods, and nothing is deleted with its owner. An apply merges maps and
// replaces lists, and forgets no field.
//
// Start with [NewServer]. [Server.BeforeRequest] lets a test do something in the middle of
// somebody else's read and write, which is where races are lost.
package kubetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	utiljson "k8s.io/apimachinery/pkg/util/json"

	"version-manager/internal/kube"
)

// Server is one API server with nothing in it but the namespace "default".
type Server struct {
	http *httptest.Server

	mu      sync.Mutex
	objects map[key]map[string]any
	version int64
	log     []change      // since the beginning
	grown   chan struct{} // closed and replaced when log grows
	unknown map[string]bool
	before  func(Request)
	skew    time.Duration
}

// Request is what somebody asks for.
type Request struct {
	Method    string // GET, POST, PUT, PATCH, DELETE
	Resource  string // "leases"
	Namespace string
	Name      string
	Watch     bool
	DryRun    bool
}

// NewServer returns a server that ends with the test.
func NewServer(t testing.TB) *Server {
	s := &Server{objects: map[key]map[string]any{}, grown: make(chan struct{}), unknown: map[string]bool{}}
	s.http = httptest.NewServer(http.HandlerFunc(s.serveRequest))
	t.Cleanup(func() {
		s.http.CloseClientConnections()
		s.http.Close()
	})
	s.PutObject(&kube.Object{Object: map[string]any{"apiVersion": "v1", "kind": "Namespace", "metadata": map[string]any{"name": "default"}}})
	return s
}

// NewClient returns a client of its own for the server.
func (s *Server) NewClient(t testing.TB, namespace string) *kube.Client {
	t.Helper()
	c, err := kube.OpenClient(kube.Options{Kubeconfig: s.WriteKubeconfig(t), Namespace: namespace})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// WriteKubeconfig writes one that leads to the server.
func (s *Server) WriteKubeconfig(t testing.TB) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf(`{"apiVersion": "v1", "kind": "Config", "current-context": "test",
		"contexts": [{"name": "test", "context": {"cluster": "test", "user": "test"}}],
		"clusters": [{"name": "test", "cluster": {"server": %q}}],
		"users": [{"name": "test", "user": {}}]}`, s.http.URL)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// BeforeRequest makes f run before each request is carried out, without holding
// anything up but that request. f may use the server; requests that are sent
// while f runs come to f as well.
func (s *Server) BeforeRequest(f func(Request)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.before = f
}

// ForgetResource makes the server not know a resource, such as "httproutes": its
// CustomResourceDefinition is missing.
func (s *Server) ForgetResource(resource string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.unknown[resource] = true
}

// AdvanceClock puts the server's clock forward, for all that it notes from then on.
func (s *Server) AdvanceClock(d time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.skew += d
}

func (s *Server) serverTime() time.Time { return time.Now().Add(s.skew) }

// PutObject stores an object as somebody else would who has all rights.
func (s *Server) PutObject(o *kube.Object) {
	resource, _, ok := resourceOf(o.GetKind())
	if !ok {
		panic("kubetest knows no kind " + o.GetKind())
	}
	k := key{resource, o.GetNamespace(), o.GetName()}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.storeObject(k, copyObject(o.Object), write{manager: "somebody", operation: "Update"})
}

// GetObject returns a stored object, nil if none exists.
func (s *Server) GetObject(kind, namespace, name string) *kube.Object {
	resource, _, _ := resourceOf(kind)
	s.mu.Lock()
	defer s.mu.Unlock()
	o, ok := s.objects[key{resource, namespace, name}]
	if !ok {
		return nil
	}
	return &kube.Object{Object: copyObject(o)}
}

func copyObject(o map[string]any) map[string]any {
	b, err := json.Marshal(o)
	if err != nil {
		panic(err)
	}
	var c map[string]any
	if err := utiljson.Unmarshal(b, &c); err != nil { // keeps whole numbers
		panic(err)
	}
	return c
}
