package kubernetes

import (
	"cmp"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"

	"version-manager/internal/clusterstatus"
	"version-manager/internal/target/kubernetes/objects"
)

// maxEventAge is how old an event may be to be worth showing.
const maxEventAge = 10 * time.Minute

// lastOf returns the last n warnings about an object, or about one that was
// made for it.
func lastOf(events []*corev1.Event, object string, n int) (list []*corev1.Event) {
	for _, e := range events {
		if e.Type == corev1.EventTypeWarning && strings.HasPrefix(e.InvolvedObject.Name, object) {
			list = append(list, e)
		}
	}
	return list[max(0, len(list)-n):]
}

// recent returns the events of the last minutes as people read them.
func recent(events []*corev1.Event, now time.Time) []clusterstatus.Event {
	list := []clusterstatus.Event{}
	for _, e := range events {
		at := objects.EventTime(e)
		if now.Sub(at) > maxEventAge {
			continue
		}
		count := int(e.Count)
		if e.Series != nil {
			count = int(e.Series.Count)
		}
		list = append(list, clusterstatus.Event{
			Time:    at.UTC(),
			Warning: e.Type == corev1.EventTypeWarning,
			Object:  strings.ToLower(e.InvolvedObject.Kind) + "/" + e.InvolvedObject.Name,
			Reason:  e.Reason,
			Message: e.Message,
			Count:   cmp.Or(count, 1),
		})
	}
	return list
}
