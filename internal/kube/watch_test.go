package kube

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"testing"
)

// watchable is an API server with two config maps; each watch is answered by
// the next of its streams.
func watchable(streams ...http.HandlerFunc) http.HandlerFunc {
	follow := script(streams...)
	return func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("watch") == "true" {
			follow(w, r)
			return
		}
		answerJSON(w, http.StatusOK, map[string]any{"kind": "ConfigMapList", "apiVersion": "v1",
			"metadata": map[string]any{"resourceVersion": "10"},
			"items":    []any{configMap("a", "3"), configMap("b", "9")}})
	}
}

// stream sends events, if it is asked for what came after the version.
func stream(t *testing.T, after string, events ...any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("resourceVersion"); got != after {
			t.Errorf("watched from %q, want %q", got, after)
		}
		w.Header().Set("Content-Type", "application/json")
		for _, e := range events {
			json.NewEncoder(w).Encode(e)
		}
		w.(http.Flusher).Flush()
	}
}

func event(kind string, object map[string]any) map[string]any {
	return map[string]any{"type": kind, "object": object}
}

// told writes events down, and ends the watch with errEnough at the last.
type told []string

var errEnough = errors.New("enough")

func (l *told) until(last string) func(Event) error {
	return func(e Event) error {
		word := "synced"
		if !e.Synced {
			word = map[bool]string{true: "-", false: "+"}[e.Deleted] + e.Object.GetName() + e.Object.GetResourceVersion()
		}
		if *l = append(*l, word); word == last {
			return errEnough
		}
		return nil
	}
}

func TestWatch(t *testing.T) {
	bookmark := event("BOOKMARK", configMap("", "20"))
	c := client(t, watchable(
		stream(t, "10", event("MODIFIED", configMap("a", "11")), bookmark),
		stream(t, "20", event("DELETED", configMap("b", "21")), event("ADDED", configMap("c", "22"))),
	))
	var got told
	if err := c.WatchObjects(t.Context(), Ref{Kind: "ConfigMap"}, "app=x", got.until("+c22")); !errors.Is(err, errEnough) {
		t.Errorf("ended with %v", err)
	}
	if want := []string{"+a3", "+b9", "synced", "+a11", "-b21", "+c22"}; !slices.Equal(got, want) {
		t.Errorf("told %q, want %q", got, want)
	}
}

func TestWatchEndsWhenChangesMayBeMissed(t *testing.T) {
	expired := event("ERROR", map[string]any{"kind": "Status", "apiVersion": "v1", "code": 410, "reason": "Expired", "message": "too old"})
	for name, h := range map[string]http.HandlerFunc{
		"expired":        stream(t, "10", expired),
		"unreadable":     func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("hello")) },
		"expired before": refusing(http.StatusGone, "Expired", "too old"),
		"cannot go on":   hangUp,
	} {
		t.Run(name, func(t *testing.T) {
			c := client(t, watchable(h))
			var got told
			if err := c.WatchObjects(t.Context(), Ref{Kind: "ConfigMap"}, "", got.until("")); err == nil || errors.Is(err, errEnough) {
				t.Errorf("ended with %v", err)
			}
		})
	}
}

func TestWatchOfOneEndsWithItsContext(t *testing.T) {
	c := client(t, watchable(func(w http.ResponseWriter, r *http.Request) {
		if got := r.URL.Query().Get("fieldSelector"); got != "metadata.name=a" {
			t.Errorf("selected by %q", got)
		}
		w.Header().Set("Content-Type", "application/json")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	ctx, cancel := context.WithCancel(t.Context())
	err := c.WatchObjects(ctx, ref("a"), "", func(e Event) error {
		if e.Synced {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}
