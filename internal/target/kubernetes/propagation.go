package kubernetes

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"version-manager/internal/kube"
	"version-manager/internal/manifest"
	"version-manager/internal/target/kubernetes/objects"
)

const propagations = 10 // of the last switches that are kept

// sleep is for how long a pod that ends goes on as if nothing had happened:
// as long as the proxies took to hear of changes, and more.
func (t *Target) sleep(ctx context.Context) time.Duration {
	g, err := t.gateway(ctx, entranceAge)
	if err != nil || len(g.proxies) == 0 {
		return manifest.DefaultSleep
	}
	kept, err := t.anchorData(ctx, anchorPropagation)
	if err != nil {
		return manifest.DefaultSleep
	}
	return manifest.Sleep(g.throttle(), longest(kept))
}

// keepPropagation adds how long the proxies took to obey a switch.
func (s *session) keepPropagation(ctx context.Context, took time.Duration) error {
	_, err := s.edit(ctx, "ConfigMap", s.app.Name, func(o *kube.Object) (bool, error) {
		next, err := json.Marshal(newest(append(millis(objects.TextField(o, "data", anchorPropagation)), took.Milliseconds())))
		if err != nil {
			return false, err
		}
		return true, objects.SetTextField(o, string(next), "data", anchorPropagation)
	})
	return err
}

// millis reads what is kept. Somebody else's scribbling is nothing.
func millis(text string) (list []int64) {
	if json.Unmarshal([]byte(text), &list) != nil {
		return nil
	}
	return list
}

func newest(list []int64) []int64 { return list[max(0, len(list)-propagations):] }

func longest(text string) time.Duration {
	list := millis(text)
	if len(list) == 0 {
		return 0
	}
	return time.Duration(slices.Max(list)) * time.Millisecond
}
