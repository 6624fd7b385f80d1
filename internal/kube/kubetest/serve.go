package kubetest

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	utiljson "k8s.io/apimachinery/pkg/util/json"

	"version-manager/internal/kube"
)

// key is where an object is found.
type key struct{ resource, namespace, name string }

// resourceOf finds out how a kind is called in a path: by the rules of English
// plurals, which all kinds follow that matter here.
func resourceOf(kind string) (resource string, cluster, ok bool) {
	if kind == "" {
		return "", false, false
	}
	resource = strings.ToLower(kind)
	switch {
	case strings.HasSuffix(resource, "cy"):
		resource = strings.TrimSuffix(resource, "y") + "ies"
	case strings.HasSuffix(resource, "s"):
		resource += "es"
	default:
		resource += "s"
	}
	return resource, slices.Contains([]string{"namespaces", "nodes", "gatewayclasses"}, resource), true
}

// parsePath reads a path such as /apis/apps/v1/namespaces/shop/deployments/blue.
func parsePath(r *http.Request) (key, bool) {
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	skip := map[string]int{"api": 2, "apis": 3}[parts[0]]
	if skip == 0 || len(parts) <= skip {
		return key{}, false
	}
	parts = parts[skip:]
	var k key
	if parts[0] == "namespaces" && len(parts) > 2 {
		k.namespace, parts = parts[1], parts[2:]
	}
	k.resource = parts[0]
	if len(parts) > 1 {
		k.name = parts[1]
	}
	return k, true
}

func (s *Server) serveRequest(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == "/version" {
		writeReply(w, http.StatusOK, map[string]any{"gitVersion": "v1.34.4"})
		return
	}
	k, ok := parsePath(r)
	q := r.URL.Query()
	req := Request{r.Method, k.resource, k.namespace, k.name, q.Get("watch") != "", q.Get("dryRun") != ""}
	s.mu.Lock()
	before, unknown := s.before, s.unknown[k.resource]
	s.mu.Unlock()
	if !ok || unknown {
		http.NotFound(w, r)
		return
	}
	if before != nil {
		before(req)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return
	}
	if req.Watch {
		s.serveWatch(w, r, k)
		return
	}
	answer, err := s.doRequest(r, k, req, body)
	if err != nil {
		writeError(w, err)
		return
	}
	writeReply(w, http.StatusOK, answer)
}

func (s *Server) doRequest(r *http.Request, k key, req Request, body []byte) (any, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	how := write{manager: r.URL.Query().Get("fieldManager"), operation: "Update", dry: req.DryRun}
	switch {
	case r.Method == http.MethodGet && k.name == "":
		return s.listObjects(k, r.URL.Query().Get("labelSelector"))
	case r.Method == http.MethodGet:
		return s.getObject(k)
	case r.Method == http.MethodPost && k.resource == "selfsubjectaccessreviews":
		return allowAccess(body)
	case r.Method == http.MethodPost:
		return s.createObject(k, body, how)
	case r.Method == http.MethodPut:
		return s.updateObject(k, body, how)
	case r.Method == http.MethodPatch && strings.Contains(r.Header.Get("Content-Type"), "apply-patch"):
		how.operation = "Apply"
		return s.applyObject(k, body, how)
	case r.Method == http.MethodPatch:
		return s.patchObject(k, body, how)
	case r.Method == http.MethodDelete:
		return s.removeObject(k, body)
	}
	return nil, apierrors.NewMethodNotSupported(groupResource(k), r.Method)
}

// allowAccess lets everybody do everything.
func allowAccess(body []byte) (any, error) {
	review, err := decodeObject(body)
	if err == nil {
		review["status"] = map[string]any{"allowed": true}
	}
	return review, err
}

func (s *Server) getObject(k key) (map[string]any, error) {
	o, ok := s.objects[k]
	if !ok {
		return nil, apierrors.NewNotFound(groupResource(k), k.name)
	}
	return o, nil
}

func (s *Server) listObjects(k key, selector string) (any, error) {
	match, err := labels.Parse(selector)
	if err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	items := []any{}
	for _, at := range s.sortedKeys() {
		if o := s.objects[at]; isIn(at, k) && match.Matches(labels.Set((&kube.Object{Object: o}).GetLabels())) {
			items = append(items, o)
		}
	}
	return map[string]any{
		"apiVersion": "v1", "kind": "List", "items": items,
		"metadata": map[string]any{"resourceVersion": fmt.Sprint(s.version)},
	}, nil
}

// isIn reports whether an object is of the list at k.
func isIn(at, k key) bool {
	return at.resource == k.resource && (k.namespace == "" || at.namespace == k.namespace)
}

func (s *Server) sortedKeys() []key {
	var keys []key
	for k := range s.objects {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b key) int { return strings.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
	return keys
}

func groupResource(k key) schema.GroupResource { return schema.GroupResource{Resource: k.resource} }

func decodeObject(body []byte) (map[string]any, error) {
	var o map[string]any
	if err := utiljson.Unmarshal(body, &o); err != nil {
		return nil, apierrors.NewBadRequest(err.Error())
	}
	return o, nil
}

func writeReply(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	json.NewEncoder(w).Encode(v)
}

func writeError(w http.ResponseWriter, err error) {
	var status apierrors.APIStatus
	if errors.As(err, &status) {
		st := status.Status()
		st.TypeMeta = metav1.TypeMeta{APIVersion: "v1", Kind: "Status"}
		writeReply(w, int(st.Code), st)
		return
	}
	http.Error(w, err.Error(), http.StatusInternalServerError)
}
