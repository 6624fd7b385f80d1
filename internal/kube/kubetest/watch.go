package kubetest

import (
	"encoding/json"
	"net/http"
	"strconv"

	"k8s.io/apimachinery/pkg/labels"

	"version-manager/internal/kube"
)

// change is one event of a watch.
type change struct {
	kind    string // ADDED, MODIFIED, DELETED
	key     key
	object  map[string]any
	version int64
}

func (s *Server) tellWatchers(c change) {
	(&kube.Object{Object: c.object}).SetResourceVersion(strconv.FormatInt(c.version, 10))
	s.log = append(s.log, c)
	close(s.grown)
	s.grown = make(chan struct{})
}

// serveWatch tells what happened since a version, and goes on until nobody listens.
func (s *Server) serveWatch(w http.ResponseWriter, r *http.Request, k key) {
	match, err := labels.Parse(r.URL.Query().Get("labelSelector"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	since, _ := strconv.ParseInt(r.URL.Query().Get("resourceVersion"), 10, 64) // none: from the beginning
	w.Header().Set("Content-Type", "application/json")
	out, flush := json.NewEncoder(w), http.NewResponseController(w).Flush
	for told := 0; ; {
		s.mu.Lock()
		news, grown := s.log[told:], s.grown
		told = len(s.log)
		s.mu.Unlock()
		for _, c := range news {
			o := kube.Object{Object: c.object}
			if c.version <= since || !isIn(c.key, k) || !match.Matches(labels.Set(o.GetLabels())) {
				continue
			}
			if out.Encode(map[string]any{"type": c.kind, "object": c.object}) != nil {
				return
			}
		}
		if flush() != nil {
			return
		}
		select {
		case <-r.Context().Done():
			return
		case <-grown:
		}
	}
}
