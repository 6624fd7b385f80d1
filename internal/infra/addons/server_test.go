package addons

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"version-manager/internal/kube"
)

// apiServer is an API server in memory with the part of the protocol that this
// package uses: get, list, server-side apply, and version. Applied objects are
// ready at once.
type apiServer struct {
	mu      sync.Mutex
	version string
	objects map[string]map[string]any // by path
	applied []string                  // "Kind name", in order
	broken  bool                      // Deployments never become ready
}

// startServer starts s with some objects and returns a client of it.
func startServer(t *testing.T, s *apiServer, existing ...*kube.Object) kube.Cluster {
	t.Helper()
	s.objects = map[string]map[string]any{}
	h := httptest.NewServer(s)
	t.Cleanup(h.Close)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	text := fmt.Sprintf("apiVersion: v1\nkind: Config\ncurrent-context: c\ncontexts: [{name: c, context: {cluster: c, user: u}}]\n"+
		"clusters: [{name: c, cluster: {server: %q}}]\nusers: [{name: u, user: {}}]\n", h.URL)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := kube.OpenClient(kube.Options{Kubeconfig: file})
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range existing {
		if _, err := c.ApplyObject(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	s.applied = nil
	return c
}

func (s *apiServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	switch {
	case r.URL.Path == "/version":
		writeJSON(w, map[string]any{"gitVersion": s.version})
	case r.Method == http.MethodPatch && r.Header.Get("Content-Type") == "application/apply-patch+yaml":
		s.serveApply(w, r)
	case r.Method == http.MethodGet && s.objects[r.URL.Path] != nil:
		writeJSON(w, s.objects[r.URL.Path])
	case r.Method == http.MethodGet && isList(r.URL.Path):
		s.serveList(w, r)
	default:
		w.WriteHeader(http.StatusNotFound)
		writeJSON(w, map[string]any{"kind": "Status", "apiVersion": "v1", "status": "Failure", "reason": "NotFound", "code": 404,
			"message": path.Base(r.URL.Path) + " not found"})
	}
}

func writeJSON(w http.ResponseWriter, v any) {
	if err := json.NewEncoder(w).Encode(v); err != nil {
		panic(err)
	}
}

// isList reports whether the last element of the path is a resource, not a name.
func isList(p string) bool {
	switch path.Base(p) {
	case "gatewayclasses", "deployments", "daemonsets", "pods":
		return true
	}
	return false
}

// serveList ignores the namespace, because callers ask for all of them, and knows
// selectors of one label.
func (s *apiServer) serveList(w http.ResponseWriter, r *http.Request) {
	resource := path.Base(r.URL.Path)
	label, value, selects := strings.Cut(r.URL.Query().Get("labelSelector"), "=")
	items := []any{}
	for p, o := range s.objects {
		object := kube.Object{Object: o}
		if path.Base(path.Dir(p)) == resource && (!selects || object.GetLabels()[label] == value) {
			items = append(items, o)
		}
	}
	writeJSON(w, map[string]any{"kind": "List", "apiVersion": "v1", "metadata": map[string]any{}, "items": items})
}

func (s *apiServer) serveApply(w http.ResponseWriter, r *http.Request) {
	var o kube.Object
	if err := json.NewDecoder(r.Body).Decode(&o.Object); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	s.applied = append(s.applied, o.GetKind()+" "+o.GetName())
	o.SetGeneration(1)
	s.setStatus(&o)
	s.objects[r.URL.Path] = o.Object
	writeJSON(w, o.Object)
}

// setStatus does what controllers would do.
func (s *apiServer) setStatus(o *kube.Object) {
	conditions := func(kind string) map[string]any {
		return map[string]any{"conditions": []any{map[string]any{"type": kind, "status": "True"}}}
	}
	switch o.GetKind() {
	case "CustomResourceDefinition":
		o.Object["status"] = conditions("Established")
	case "Gateway":
		o.Object["status"] = conditions("Programmed")
	case "GatewayClass":
		o.Object["status"] = conditions("Accepted")
	case "APIService":
		o.Object["status"] = conditions("Available")
	case "Deployment":
		if !s.broken {
			o.Object["status"] = map[string]any{"observedGeneration": 1, "replicas": 2, "updatedReplicas": 2, "availableReplicas": 2}
		}
	}
}
