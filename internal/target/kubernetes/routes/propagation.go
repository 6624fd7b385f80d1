package routes

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/fenced"
	"version-manager/internal/target/kubernetes/gateway"
	"version-manager/internal/target/kubernetes/objects"
)

const (
	// propagationKey is the anchor's key for how long the proxies took to follow
	// the last switches, in milliseconds.
	propagationKey  = "propagation"
	maxPropagations = 10 // that are kept
)

// SleepTime is how long a pod that is told to end goes on as if nothing had
// happened: for as long as the proxies took to learn of changes, and longer.
func SleepTime(ctx context.Context, app *objects.App, g *gateway.Reader) time.Duration {
	s, err := g.ReadState(ctx, gateway.DefaultMaxAge)
	if err != nil || len(s.Proxies) == 0 {
		return manifest.DefaultSleep
	}
	anchor, err := fenced.ReadAnchor(ctx, app)
	if err != nil {
		return manifest.DefaultSleep
	}
	return manifest.SleepTime(s.ReloadThrottle(), longestPropagation(fenced.AnchorValue(anchor, propagationKey)))
}

// recordPropagation keeps how long the proxies took to follow the last switch of
// this session. It does nothing if another process switched, or if it was
// called before.
func (s *Switcher) recordPropagation(ctx context.Context) error {
	s.mu.Lock()
	began := s.switched
	s.switched = time.Time{}
	s.mu.Unlock()
	if began.IsZero() {
		return nil
	}
	took := time.Since(began)
	_, err := s.out.EditObject(ctx, "ConfigMap", s.app.Name, func(o *kube.Object) (bool, error) {
		next, err := json.Marshal(lastPropagations(append(parseMillis(fenced.AnchorValue(o, propagationKey)), took.Milliseconds())))
		if err != nil {
			return false, err
		}
		return true, objects.SetTextField(o, string(next), "data", propagationKey)
	})
	return err
}

// parseMillis parses what is kept. If somebody has damaged it, it is empty.
func parseMillis(text string) (list []int64) {
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

func lastPropagations(list []int64) []int64 { return list[max(0, len(list)-maxPropagations):] }

func longestPropagation(text string) time.Duration {
	list := parseMillis(text)
	if len(list) == 0 {
		return 0
	}
	return time.Duration(slices.Max(list)) * time.Millisecond
}
